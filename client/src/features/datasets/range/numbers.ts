import type { Aggregates, Cell } from '../../../api/types'
import { add, compare, type Decimal, divide, readDecimal, writeDecimal } from './decimals'

/** Numbers of some cells, with all of their digits; null: there are none. `meanExact` false: it is rounded. */
export type Summary = {
  count: string
  sum: string
  min: string
  max: string
  mean: string
  meanExact: boolean
} | null

type Sums = { count: bigint; sum: Decimal; min: Decimal; max: Decimal }

const joined = (one: Sums | null, other: Sums | null): Sums | null => {
  if (!one || !other) return one ?? other
  return {
    count: one.count + other.count,
    sum: add(one.sum, other.sum),
    min: compare(one.min, other.min) <= 0 ? one.min : other.min,
    max: compare(one.max, other.max) >= 0 ? one.max : other.max,
  }
}

const summaryFrom = (sums: Sums | null): Summary => {
  if (!sums) return null
  const { mean, exact } = divide(sums.sum, sums.count)
  return {
    count: String(sums.count),
    sum: writeDecimal(sums.sum),
    min: writeDecimal(sums.min),
    max: writeDecimal(sums.max),
    mean: writeDecimal(mean),
    meanExact: exact,
  }
}

const ofValue = (value: Cell): Sums | null => {
  const read = value === null || typeof value === 'boolean' ? null : readDecimal(String(value))
  return read && { count: 1n, sum: read, min: read, max: read }
}

/** Pure: the numbers among cells of columns of numbers, as the server writes them. No double comes in between. */
export const summaryOf = (values: Iterable<Cell>): Summary => {
  let sums: Sums | null = null
  for (const value of values) sums = joined(sums, ofValue(value))
  return summaryFrom(sums)
}

const ofColumn = ({ count, sum, min, max }: Aggregates): Sums | null => {
  const [total, low, high] = [sum, min, max].map((each) => readDecimal(String(each)))
  return total && low && high && count > 0 ? { count: BigInt(count), sum: total, min: low, max: high } : null
}

/** Pure: the same of whole columns, which the server has added up. */
export const summaryOfColumns = (columns: Aggregates[]): Summary =>
  summaryFrom(columns.map(ofColumn).reduce(joined, null))
