/**
 * What a password opened, for a reload of this tab: the browser forgets it with the tab, and the server after an hour.
 * A link without a password opens by its address, and nothing of it is kept.
 */
const KEY = 'parquay-opened-link'

type Kept = { link: string; token: string }

const isKept = (value: unknown): value is Kept =>
  typeof value === 'object' &&
  value !== null &&
  'link' in value &&
  'token' in value &&
  typeof value.token === 'string'

/** Pure: the token in a text that was kept, where that is of `link`. */
export const tokenIn = (kept: string | null, link: string): string | null => {
  try {
    const value: unknown = JSON.parse(kept ?? 'null')
    return isKept(value) && value.link === link ? value.token : null
  } catch {
    return null
  }
}

export const keptToken = (link: string): string | null => tokenIn(sessionStorage.getItem(KEY), link)
export const keepToken = (link: string, token: string): void =>
  sessionStorage.setItem(KEY, JSON.stringify({ link, token }))
export const forgetToken = (): void => sessionStorage.removeItem(KEY)
