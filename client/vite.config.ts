import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const server = process.env.PARQUAY_URL ?? 'http://127.0.0.1:8000'
const wantsPage = (accept: string | undefined) => accept?.includes('text/html') ?? false

/** The server's `/docs` shows Swagger UI: it comes with the client, so that nobody else's server is asked. */
const swaggerUi = (): Plugin => ({
  name: 'swagger-ui',
  apply: 'build',
  generateBundle() {
    for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css', 'LICENSE', 'NOTICE'])
      this.emitFile({
        type: 'asset',
        fileName: `swagger/${name}`,
        source: readFileSync(join(import.meta.dirname, 'node_modules', 'swagger-ui-dist', name)),
      })
  },
})

const PACKED = ['.js', '.css', '.svg', '.json']
const PACKED_BYTES_MIN = 1024

/** Packs the built files once, so that the server only has to pick: `.br` and `.gz` beside each. */
const packing = (): Plugin => ({
  name: 'packing',
  apply: 'build',
  closeBundle() {
    const dist = join(import.meta.dirname, 'dist')
    for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      if (!entry.isFile() || !PACKED.includes(extname(path))) continue
      const bytes = readFileSync(path)
      if (bytes.length < PACKED_BYTES_MIN) continue
      writeFileSync(`${path}.br`, brotliCompressSync(bytes))
      writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
    }
  },
})

export default defineConfig({
  // Relative: the server writes the path below which it is seen into the page.
  base: './',
  plugins: [react(), swaggerUi(), packing()],
  build: {
    outDir: 'dist',
    sourcemap: false,
    target: 'es2022',
    chunkSizeWarningLimit: 800,
    // What every visit needs is one file: small ones pack worse, and what comes later needs them in any case.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'initial', tags: ['$initial'] }] } } },
  },
  server: {
    proxy: {
      '/api': { target: server, ws: true },
      // The same path is the page for a browser and the resource for a program: only pages stay here.
      '/files': {
        target: server,
        bypass: (request) => (wantsPage(request.headers.accept) ? '/index.html' : undefined),
      },
    },
  },
  test: {
    // A DOM is slow to make: the few files that need one say so in their first line.
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
    // What browsers run, and not what the tus client has for Node.
    alias: {
      'tus-js-client': join(import.meta.dirname, 'node_modules/tus-js-client/lib.esm/browser/index.js'),
    },
    server: { deps: { inline: ['@uppy/tus'] } },
  },
})
