import { useRef, useState } from 'react'
import { datasetEdits, useEditCellMutation } from '../../../api/datasetEdits'
import type { RowsPage } from '../../../api/datasetsApi'
import { detailOf, type Problem } from '../../../api/problem'
import type { Cell, DataRow } from '../../../api/types'
import { laterText } from '../../../i18n/later'
import { type Draft, useDrafts } from '../../../shared/drafts'
import { toastProblem } from '../../../shared/toast'
import { useAppDispatch } from '../../../store/hooks'
import { asTyped } from '../columnTypes'

/**
 * A cell in its editor: what it held when the editor opened (`seen`), and in which version (`base`). `typed` is
 * what takes the position of that, null before the first key. It is written into by the editor itself, and
 * outlives it where the row goes out of sight.
 */
export type Writing = { rid: number; column: string; typed: string | null; seen: Cell; base: number }

/** Two values for one cell: the one that somebody else saved meanwhile, and the one that was typed here. */
export type Conflict = { writing: Writing; mine: Cell; theirs: Cell; version: number }

const CHANGED = 412
const GONE = 404
const FORBIDDEN = 403

/** A number that was typed is the text that is written. */
const same = (one: Cell, other: Cell): boolean =>
  one === other || (one !== null && other !== null && String(one) === String(other))

/** Pure: what a change that came too late leads to: it is sent again where nobody touched that cell. */
export const afterRefusal = (
  writing: Writing,
  mine: Cell,
  { row, version }: { row: DataRow | null; version: number },
): { again: Writing } | { conflict: Conflict } | 'gone' | 'kept' => {
  if (row === null) return 'gone'
  const theirs = row[writing.column] ?? null
  if (same(theirs, mine)) return 'kept'
  if (same(theirs, writing.seen)) return { again: { ...writing, base: version } }
  return { conflict: { writing, mine, theirs, version } }
}

/** Pure: what was written into cells and is not known to be saved. `sent`: what is on its way. */
export const unsavedCells = (
  writing: Writing | null,
  conflict: Conflict | null,
  sent: Iterable<Draft>,
): Draft[] => {
  const open = writing !== null && writing.typed !== null && writing.typed !== asTyped(writing.seen)
  return [
    ...(open ? [{ label: writing.column, text: writing.typed ?? '' }] : []),
    ...(conflict ? [{ label: conflict.writing.column, text: asTyped(conflict.mine) }] : []),
    ...sent,
  ]
}

/** The version in which a row of the page was seen: its own last change, or the page's. */
export const baseOf = (page: RowsPage, rid: number): number => page.bases?.[rid] ?? page.version

/** Which cell is being written, and what becomes of it. The page shows a value before the server has it. */
export const useCellEdits = (page: RowsPage | undefined) => {
  const dispatch = useAppDispatch()
  const [writing, setWriting] = useState<Writing | null>(null)
  const [conflict, setConflict] = useState<Conflict | null>(null)
  const [editCell] = useEditCellMutation()
  /** The versions that own changes of a row will have made: the next one stands on them. */
  const own = useRef(new Map<number, Promise<number | null>>())
  const sent = useRef(new Set<Draft>())
  useDrafts(() => unsavedCells(writing, conflict, sent.current))

  const open = (row: DataRow, column: string, typed: string | null): void => {
    if (!page) return
    setWriting({ rid: row._rid, column, typed, seen: row[column] ?? null, base: baseOf(page, row._rid) })
  }
  const rowNow = (id: string, rid: number) =>
    dispatch(
      datasetEdits.endpoints.rowNow.initiate({ id, rid }, { subscribe: false, forceRefetch: true }),
    ).unwrap()

  const refused = async (at: Writing, value: Cell, problem: Problem): Promise<number | null> => {
    const words = laterText().datasets.edit
    if (!page || (problem.status !== CHANGED && problem.status !== GONE)) throw problem
    const next = afterRefusal(at, value, await rowNow(page.query.id, at.rid))
    if (next === 'gone') toastProblem(words.notSaved, words.gone)
    else if (next !== 'kept' && 'again' in next) await send(next.again, value, true)
    else if (next !== 'kept') setConflict(next.conflict)
    // What stands in that row now holds changes that nobody has seen here: nothing may be built on it.
    return null
  }
  const send = async (at: Writing, value: Cell, merged = false): Promise<number | null> => {
    if (!page) return null
    const { rid, base, column, seen } = at
    const draft = { label: column, text: asTyped(value) }
    sent.current.add(draft)
    try {
      const { version, row } = await editCell({ view: page.query, rid, base, column, seen, value }).unwrap()
      // An editor that is open on the same row has seen it, but as it was typed and not as it is written now.
      if (!merged)
        setWriting((now) =>
          now?.rid === rid && now.base < version
            ? { ...now, base: version, seen: row[now.column] ?? null }
            : now,
        )
      return version
    } catch (problem) {
      return refused(at, value, problem as Problem).catch((error: Problem) => {
        const words = laterText().datasets.edit
        const isRefused = error.status === FORBIDDEN
        toastProblem(words.notSaved, isRefused ? words.typed(detailOf(error), draft.text) : detailOf(error))
        // What was typed is in its editor again, unless somebody has gone on, or never may: then it was said.
        if (!isRefused) setWriting((now) => now ?? { ...at, typed: draft.text })
        return null
      })
    } finally {
      sent.current.delete(draft)
    }
  }
  const keep = (at: Writing, value: Cell): void => {
    setWriting(null)
    if (same(value, at.seen)) return
    const before = own.current.get(at.rid) ?? Promise.resolve(null)
    const sent = before.then((version) => send({ ...at, base: Math.max(at.base, version ?? 0) }, value))
    own.current.set(at.rid, sent)
  }
  return {
    writing,
    conflict,
    open,
    keep,
    drop: () => setWriting(null),
    /** Keeps what was typed over what the other one saved, unless that has changed again. */
    keepMine: () => {
      if (conflict)
        keep({ ...conflict.writing, seen: conflict.theirs, base: conflict.version }, conflict.mine)
      setConflict(null)
    },
    keepTheirs: () => setConflict(null),
  }
}
