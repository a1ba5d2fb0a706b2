/**
 * Pure: what an object that is keyed by names from outside has under one of them. A column may be called like what
 * every object has (`constructor`).
 */
export const ownValue = <T>(
  record: Readonly<Record<string, T>> | null | undefined,
  key: string,
): T | undefined => (record && Object.hasOwn(record, key) ? record[key] : undefined)
