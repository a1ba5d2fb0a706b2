import { text } from '../i18n/language'
import { locale } from '../i18n/locale'

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const
const STEP = 1000

/** Formatters are costly to make; one of each kind is kept for the language in use. */
const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>()
const kept = <F extends Intl.NumberFormat | Intl.DateTimeFormat>(
  kind: string,
  make: (tag: string) => F,
): F => {
  const tag = locale()
  const key = `${kind} ${tag}`
  const format = (made.get(key) as F | undefined) ?? make(tag)
  made.set(key, format)
  return format
}
const numbers = (digits: number) =>
  kept(
    `number ${digits}`,
    (tag) => new Intl.NumberFormat(tag, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  )
const dates = (kind: string, options: Intl.DateTimeFormatOptions) =>
  kept(kind, (tag) => new Intl.DateTimeFormat(tag, options))

/** Bytes in decimal units with at most three digits: `412 MB`, `1.2 GB`. */
export const formatBytes = (bytes: number | null): string => {
  if (bytes === null) return '–'
  let value = bytes
  let unit = 0
  while (value >= STEP - 0.5 && unit < UNITS.length - 1) {
    value /= STEP
    unit += 1
  }
  return `${numbers(unit === 0 || value >= 100 ? 0 : 1).format(value)} ${UNITS[unit]}`
}

/** Seconds as a person says them; below ten it is only "a few". */
export const formatTimeLeft = (seconds: number | null): string => {
  const { timeLeft } = text().shared
  if (seconds === null) return timeLeft.unknown
  if (seconds < 10) return timeLeft.few
  if (seconds < 90) return timeLeft.seconds(numbers(0).format(seconds))
  if (seconds < 90 * 60) return timeLeft.minutes(numbers(0).format(seconds / 60))
  return timeLeft.hours(numbers(1).format(seconds / 3600))
}

export const formatSpeed = (bytesPerSecond: number): string => `${formatBytes(bytesPerSecond)}/s`

export const formatCount = (count: number | null): string => (count === null ? '–' : numbers(0).format(count))

const PLAIN = /^(-?)(\d+)(?:\.(\d+))?$/

/**
 * A computed number with every digit that it has, whole thousands apart as the language writes them: no
 * rounding, whatever its size. What is no plain number (`1e+21`, `NaN`) stays as it is.
 */
export const formatExact = (value: number | string): string => {
  const [, sign, integer, fraction] = PLAIN.exec(String(value)) ?? []
  if (integer === undefined) return String(value)
  const format = kept('exact', (tag) => new Intl.NumberFormat(tag))
  const point = format.formatToParts(1.5).find(({ type }) => type === 'decimal')?.value ?? '.'
  return `${sign}${format.format(BigInt(integer))}${fraction === undefined ? '' : point + fraction}`
}

/** Never 100 before everything is there. */
export const percentOf = (part: number, total: number | null): number => {
  if (!total) return 0
  return part >= total ? 100 : Math.min(99, Math.floor((part / total) * 100))
}

/** Whole percent, as the language writes it. */
export const formatPercent = (percent: number): string =>
  kept('percent', (tag) => new Intl.NumberFormat(tag, { style: 'percent' })).format(Math.floor(percent) / 100)

const CLOCK = { hour: '2-digit', minute: '2-digit' } as const
const SECOND = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const
const DAY = { day: 'numeric', month: 'short' } as const

export const formatTime = (iso: string, now = new Date()): string => {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return '–'
  if (time.toDateString() === now.toDateString())
    return text().shared.today(dates('clock', CLOCK).format(time))
  if (time.getFullYear() === now.getFullYear()) return dates('day', { ...DAY, ...CLOCK }).format(time)
  return dates('year', { ...DAY, year: 'numeric' }).format(time)
}

/** The time of day to the second. */
export const formatClock = (iso: string): string => dates('second', SECOND).format(new Date(iso))

/** Day and time to the second. */
export const formatMoment = (iso: string): string =>
  dates('moment', { ...DAY, year: 'numeric', ...SECOND }).format(new Date(iso))

export const formatFullTime = (iso: string): string => {
  const time = new Date(iso)
  return Number.isNaN(time.getTime())
    ? '–'
    : dates('full', { dateStyle: 'full', timeStyle: 'medium' }).format(time)
}

const NAME_SHOWN_MAX = 40
const NAME_END = 12

/** Pure: a long name by its beginning and its end, where there is no room for more. */
export const formatName = (name: string): string => {
  const signs = [...name]
  if (signs.length <= NAME_SHOWN_MAX) return name
  const start = signs.slice(0, NAME_SHOWN_MAX - NAME_END - 1)
  return `${start.join('')}…${signs.slice(-NAME_END).join('')}`
}
