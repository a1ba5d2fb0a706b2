import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react'

export type SortDirection = 'ascending' | 'descending' | 'none'

const ICONS = { ascending: ArrowUp, descending: ArrowDown, none: ChevronsUpDown } as const

/** Pure: how a list whose order is `sort` (`-` before it: turned round) is sorted by `field`. */
export const directionOf = (sort: string, field: string): SortDirection => {
  if (sort === field) return 'ascending'
  return sort === `-${field}` ? 'descending' : 'none'
}

export const SortIcon = ({ direction }: { direction: SortDirection }) => {
  const Icon = ICONS[direction]
  return <Icon size={13} aria-hidden />
}
