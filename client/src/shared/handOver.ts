/** How long the browser may take to begin with a file, in milliseconds. */
const BEGIN_MS = 60_000

const click = (address: string, name: string): void => {
  const anchor = document.createElement('a')
  anchor.href = address
  anchor.download = name
  anchor.click()
}

/** Has the browser download an address; the server says what the file is called. */
export const download = (address: string): void => click(address, '')

/** Gives a person a file that the page has. */
export const handOver = (content: Blob, name: string): void => {
  const address = URL.createObjectURL(content)
  click(address, name)
  setTimeout(() => URL.revokeObjectURL(address), BEGIN_MS)
}
