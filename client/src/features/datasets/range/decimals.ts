/** A number with all of its digits: `digits / 10 ** scale`. */
export type Decimal = { digits: bigint; scale: number }

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?$/i

/** Pure: reads a number as JSON writes it, exactly; null: it is none, `NaN` and the infinities among them. */
export const readDecimal = (text: string): Decimal | null => {
  const [, sign, integer = '', fraction = '', power = '0'] = NUMBER.exec(text) ?? []
  if (integer + fraction === '' || sign === undefined) return null
  const digits = BigInt(`${integer}${fraction}`) * (sign === '-' ? -1n : 1n)
  const scale = fraction.length - Number(power)
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 }
}

const scaled = ({ digits, scale }: Decimal, to: number): bigint => digits * 10n ** BigInt(to - scale)

export const add = (one: Decimal, other: Decimal): Decimal => {
  const scale = Math.max(one.scale, other.scale)
  return { digits: scaled(one, scale) + scaled(other, scale), scale }
}

/** Below zero where `one` is the smaller one. */
export const compare = (one: Decimal, other: Decimal): number => {
  const scale = Math.max(one.scale, other.scale)
  const [a, b] = [scaled(one, scale), scaled(other, scale)]
  return a < b ? -1 : Number(a > b)
}

/** All digits of a number, without an exponent. */
export const writeDecimal = ({ digits, scale }: Decimal): string => {
  const sign = digits < 0n ? '-' : ''
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0')
  return scale === 0 ? sign + text : `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`
}

const MORE_DIGITS = 6

/** A number shared among `count`; `exact` false: the digits behind the last one are rounded away, half away from zero. */
export const divide = ({ digits, scale }: Decimal, count: bigint): { mean: Decimal; exact: boolean } => {
  const raised = digits * 10n ** BigInt(MORE_DIGITS)
  const rest = raised % count
  const half = (rest < 0n ? -rest : rest) * 2n >= count
  const mean = { digits: raised / count + (half ? (raised < 0n ? -1n : 1n) : 0n), scale: scale + MORE_DIGITS }
  return { mean: shortest(mean), exact: rest === 0n }
}

/** The same number without zeros at its end. */
const shortest = ({ digits, scale }: Decimal): Decimal =>
  scale > 0 && digits % 10n === 0n ? shortest({ digits: digits / 10n, scale: scale - 1 }) : { digits, scale }
