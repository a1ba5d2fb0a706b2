// The types of the server's answers, from the schema that the server itself prints.
//
//   node scripts/api.mjs          writes src/api/schema.gen.ts
//   node scripts/api.mjs --check  fails when that file is not what it would write
//
// Works offline: the application is built over an empty folder and never served.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import openapiTypes from 'openapi-typescript'

const REPO = resolve(import.meta.dirname, '..', '..')
const TARGET = join(REPO, 'client', 'src', 'api', 'schema.gen.ts')
const HEAD = '// Written by `npm run api` from the OpenAPI schema of the server. Do not edit.\n\n'

const PRINT_SCHEMA = `
import json, tempfile
from pathlib import Path
from parquay.app import create_app
from parquay.settings import Settings
with tempfile.TemporaryDirectory() as folder:
    print(json.dumps(create_app(Settings(data_dir=Path(folder), _env_file=None)).rest.openapi()))
`

/** Without settings of a server that may run here otherwise. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('PARQUAY_')),
)

const schema = JSON.parse(
  execFileSync(process.env.PARQUAY_PYTHON ?? join(REPO, '.venv', 'bin', 'python'), ['-c', PRINT_SCHEMA], {
    cwd: REPO,
    env: environment,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  }),
)
const types = await openapiTypes(schema, { commentHeader: '' })
const wanted = `${HEAD}${types.trim()}\n`

if (!process.argv.includes('--check')) {
  writeFileSync(TARGET, wanted)
  console.log('Wrote src/api/schema.gen.ts')
} else if (readFileSync(TARGET, 'utf8') === wanted) {
  console.log('The API types are those of the server.')
} else {
  console.error(
    'src/api/schema.gen.ts is not what the server offers now: run `npm run api` and look at the difference.',
  )
  process.exitCode = 1
}
