/**
 * What a refusal says, by the stable code that the server gives it. English is the server's own language,
 * and its sentences can name sizes and columns: they stand as they come.
 */
export const problems: Readonly<Record<string, string>> = {}
