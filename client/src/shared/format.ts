const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const
const STEP = 1000

/** Bytes in decimal units with at most three digits: `412 MB`, `1.2 GB`. */
export const formatBytes = (bytes: number | null): string => {
  if (bytes === null) return '–'
  let value = bytes
  let unit = 0
  while (value >= STEP - 0.5 && unit < UNITS.length - 1) {
    value /= STEP
    unit += 1
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1
  return `${value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${UNITS[unit]}`
}

/** Seconds as a person says them; below ten it is only "a few". */
export const formatTimeLeft = (seconds: number | null): string => {
  if (seconds === null) return 'estimating'
  if (seconds < 10) return 'a few seconds left'
  if (seconds < 90) return `${Math.round(seconds)} s left`
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min left`
  return `${(seconds / 3600).toFixed(1)} h left`
}

export const formatSpeed = (bytesPerSecond: number): string => `${formatBytes(bytesPerSecond)}/s`

export const formatCount = (count: number | null): string =>
  count === null ? '–' : count.toLocaleString('en')

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`

/** Never 100 before everything is there. */
export const percentOf = (part: number, whole: number | null): number => {
  if (!whole) return 0
  return part >= whole ? 100 : Math.min(99, Math.floor((part / whole) * 100))
}

const sameDay = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const sameYear = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const otherYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' })

export const formatTime = (iso: string, now = new Date()): string => {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return '–'
  if (time.toDateString() === now.toDateString()) return `Today, ${sameDay.format(time)}`
  return (time.getFullYear() === now.getFullYear() ? sameYear : otherYear).format(time)
}

export const formatFullTime = (iso: string): string => {
  const time = new Date(iso)
  return Number.isNaN(time.getTime()) ? '–' : full.format(time)
}
