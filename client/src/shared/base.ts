/**
 * The path below which the service lives, without a slash at its end: empty, or such as `/parquay` behind a
 * reverse proxy. The server writes it into the page.
 */
export const BASE: string =
  typeof document === 'undefined'
    ? ''
    : (document.querySelector<HTMLMetaElement>('meta[name="base-path"]')?.content ?? '')

/** The address of something that the server offers to programs; `path` begins with a slash. */
export const apiUrl = (path: string): string => `${BASE}/api${path}`
