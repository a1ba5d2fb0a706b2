/** Which files are picked. `anchor` is where a range starts. */
export type Selection = { ids: ReadonlySet<string>; anchor: string | null }

export const NOTHING: Selection = { ids: new Set(), anchor: null }

/** Pure: turns one file over, and starts ranges there. */
export const toggled = ({ ids }: Selection, id: string): Selection => {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return { ids: next, anchor: id }
}

/** Pure: picks everything between the anchor and `id`, in the order of the page. */
export const extended = (selection: Selection, order: readonly string[], id: string): Selection => {
  const from = selection.anchor === null ? -1 : order.indexOf(selection.anchor)
  const to = order.indexOf(id)
  if (from < 0 || to < 0) return toggled(selection, id)
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1)
  return { ids: new Set([...selection.ids, ...range]), anchor: selection.anchor }
}

/** Pure: the whole page, or nothing if it is picked already. */
export const allOrNone = ({ ids }: Selection, order: readonly string[]): Selection =>
  order.every((id) => ids.has(id)) ? NOTHING : { ids: new Set([...ids, ...order]), anchor: order[0] ?? null }

/** Pure: what is still there. The same object when nothing went. */
export const stillThere = (selection: Selection, order: readonly string[]): Selection => {
  const ids = order.filter((id) => selection.ids.has(id))
  if (ids.length === selection.ids.size) return selection
  return { ids: new Set(ids), anchor: selection.anchor }
}
