/** A string as JSON writes it, or a number; strings are passed over so that digits inside them stay. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

const exact = (token: string): string =>
  token.startsWith('"') || String(Number(token)) === token ? token : `"${token}"`

/**
 * Pure: reads JSON without changing a number: `24.50`, `9007199254740993` and `1e-07` come as the text that
 * was written, since no number of the browser would be written in the same way; all others come as numbers.
 */
export const parseExact = (json: string): unknown =>
  json === '' ? null : JSON.parse(json.replace(TOKEN, exact))

/** For answers that carry cells, refusals among them: the row as it is now stands in one. */
export const exactAnswer = async (response: Response): Promise<unknown> => parseExact(await response.text())
