import { text } from '../../../i18n/language'
import { formatBytes } from '../../../shared/format'

const HEAD_BYTES = 1024 * 1024
const hex = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** SHA-256 in hex. Null where the page has no secure context, or the bytes cannot be read. */
export const sha256Of = async (blob: Blob): Promise<string | null> => {
  if (!globalThis.crypto?.subtle) return null
  try {
    return hex(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()))
  } catch {
    return null
  }
}

/** Tells files of one name and size apart without reading all of them: the digest of the first MiB. */
export const headHashOf = (blob: Blob): Promise<string | null> => sha256Of(blob.slice(0, HEAD_BYTES))

/** What is known of the file whose sending stopped. */
export type Expected = { name: string; size: number | null; headHash: string | null }

/** Why `file` cannot be what is expected, as a sentence; null when it can. */
export const refusalOf = async (expected: Expected, file: File): Promise<string | null> => {
  const words = text().uploads.say
  if (file.name !== expected.name) return words.otherName(file.name, expected.name)
  if (file.size !== expected.size) return words.otherSize(formatBytes(file.size), formatBytes(expected.size))
  if (expected.headHash === null) return null
  const head = await headHashOf(file)
  return head === null || head === expected.headHash ? null : words.otherStart(file.name)
}
