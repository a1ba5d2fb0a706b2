const KEY = 'q'

/** Pure: the page of statements with one in its editor. It stands behind `#`, which no server is sent, and never runs by itself. */
export const sqlAddress = (query: string): string => `/sql#${new URLSearchParams({ [KEY]: query })}`

/** Pure: the statement that an address has; null: none. */
export const queryOf = (hash: string): string | null =>
  new URLSearchParams(hash.replace(/^#/, '')).get(KEY) || null

/** Pure: a statement that looks at a table, whatever else has its name. */
export const firstRowsOf = (id: string, name: string): string =>
  `-- ${name.replaceAll(/\s+/g, ' ')}\nSELECT *\nFROM dataset('${id}')\nLIMIT 100`
