import type { Version } from '../../../api/types'

/** Pure: who made the versions after `since`, each name once. */
export const authorsSince = (versions: Version[] | undefined, since: number): string[] => [
  ...new Set((versions ?? []).flatMap(({ version, author }) => (version > since && author ? [author] : []))),
]
