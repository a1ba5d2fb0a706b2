import type { Column } from '../../api/types'

/** Which columns are shown, and in which order: those of `order` first, then the others as the table has them. */
export type ColumnsView = { hidden: string[]; order: string[] }

const inOrder = (columns: Column[], order: string[]): Column[] => {
  if (order.length === 0) return columns
  const first = new Set(order)
  const byName = new Map(columns.map((column) => [column.name, column]))
  return [
    ...[...first].flatMap((name) => byName.get(name) ?? []),
    ...columns.filter(({ name }) => !first.has(name)),
  ]
}

/** Pure: the columns to show; all of them where none would be left. Names that are no columns mean nothing. */
export const columnsInView = (columns: Column[], { hidden, order }: ColumnsView): Column[] => {
  if (hidden.length === 0 && order.length === 0) return columns
  const without = new Set(hidden)
  const shown = inOrder(columns, order).filter(({ name }) => !without.has(name))
  return shown.length > 0 ? shown : columns
}

/** Pure: the shortest list of names that says an order: behind it the table's own goes on. */
const orderText = (wanted: string[], columns: Column[]): string[] => {
  for (let length = 0; length < wanted.length; length += 1) {
    const said = wanted.slice(0, length)
    if (inOrder(columns, said).every(({ name }, index) => name === wanted[index])) return said
  }
  return wanted
}

/** Pure: the order in which a column has changed places with the shown one before or behind it. */
export const orderAfterMove = (
  columns: Column[],
  view: ColumnsView,
  name: string,
  step: 1 | -1,
): string[] => {
  const shown = columnsInView(columns, view).map((column) => column.name)
  const other = shown[shown.indexOf(name) + step]
  if (other === undefined) return view.order
  const swapped = inOrder(columns, view.order).map((column) => {
    if (column.name === name) return other
    return column.name === other ? name : column.name
  })
  return orderText(swapped, columns)
}

/** Pure: what is hidden, and in which order the others stand, when only these columns are shown, in this order. */
export const viewOfColumns = (columns: Column[], names: string[] | null): ColumnsView => {
  if (names === null) return { hidden: [], order: [] }
  const wanted = new Set(names)
  const hidden = columns.map(({ name }) => name).filter((name) => !wanted.has(name))
  const shown = columns.filter(({ name }) => wanted.has(name))
  return { hidden, order: orderText(names, shown) }
}
