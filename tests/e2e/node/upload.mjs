// Uploads one file with tus-js-client and goes on with an earlier try of the same file, as its manual has it.
// Usage: node upload.mjs ENDPOINT TOKEN FILE URL_STORAGE [OPTIONS as JSON]
// Prints one JSON object: {url, resumedAt} or {error}.
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { FileUrlStorage, Upload } from 'tus-js-client'

const [endpoint, token, file, storage, options = '{}'] = process.argv.slice(2)
let resumedAt = null

// A file whose size nobody knows: its reader for files announces more than it has left in the last piece.
const known = JSON.parse(options)
const source = known.uploadLengthDeferred ? Readable.from(createReadStream(file)) : createReadStream(file)

const upload = new Upload(source, {
  endpoint,
  headers: { Authorization: `Bearer ${token}` },
  metadata: { filename: basename(file), filetype: 'application/octet-stream' },
  retryDelays: [],
  chunkSize: 8 * 1024 * 1024,
  urlStorage: new FileUrlStorage(storage),
  onAfterResponse: (request, response) => {
    if (request.getMethod() === 'HEAD') resumedAt = Number(response.getHeader('Upload-Offset'))
  },
  onSuccess: () => console.log(JSON.stringify({ url: upload.url, resumedAt })),
  onError: (error) => {
    console.log(JSON.stringify({ error: String(error.message) }))
    process.exitCode = 1
  },
  ...known,
})

const previous = known.uploadLengthDeferred ? [] : await upload.findPreviousUploads()
if (previous.length > 0) upload.resumeFromPreviousUpload(previous[0])
upload.start()
