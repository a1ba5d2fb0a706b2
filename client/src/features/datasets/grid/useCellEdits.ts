import { useEffect, useRef, useState } from 'react'
import { datasetEdits, useEditCellMutation } from '../../../api/datasetEdits'
import type { RowsPage } from '../../../api/datasetsApi'
import { detailOf, type Problem } from '../../../api/problem'
import type { Cell, Column, DataRow } from '../../../api/types'
import { laterText } from '../../../i18n/later'
import { type Draft, useDrafts } from '../../../shared/drafts'
import { ownValue } from '../../../shared/ownValue'
import { toastProblem } from '../../../shared/toast'
import { useAppDispatch } from '../../../store/hooks'
import { asTyped } from '../columnTypes'
import { versionMade } from '../editStackSlice'
import { draftsLost } from '../unsavedSlice'
import { afterRefusal, baseOf, type Conflict, same, unsavedCells, type Writing } from './cellEditing'
import { useStrandedCell } from './useStrandedCell'

const CHANGED = 412
const GONE = 404
const FORBIDDEN = 403

/** Which cell is being written, and what becomes of it. The page shows a value before the server has it. */
export const useCellEdits = (id: string, columns: Column[], page: RowsPage | undefined) => {
  const dispatch = useAppDispatch()
  const [writing, setWriting] = useState<Writing | null>(null)
  /** One after another is asked about. */
  const [conflicts, setConflicts] = useState<Conflict[]>([])
  const conflict = conflicts[0] ?? null
  const [editCell] = useEditCellMutation()
  /** The versions that own changes of a row will have made: the next one stands on them. */
  const own = useRef(new Map<number, Promise<number | null>>())
  const sent = useRef(new Set<Draft>())
  /** What answers meet that come later; null when the table is not shown any more. */
  const shown = useRef<{ writing: Writing | null; page: RowsPage | undefined } | null>(null)
  useEffect(() => {
    shown.current = { writing, page }
    return () => {
      shown.current = null
    }
  }, [writing, page])
  useDrafts(() => unsavedCells(writing, conflicts, sent.current))
  const lose = (reason: string, drafts: Draft[]) => dispatch(draftsLost({ id, reason, drafts }))
  const close = (at: Writing) =>
    setWriting((now) => (now?.rid === at.rid && now.column === at.column ? null : now))
  useStrandedCell(writing, page, close)
  // What was written for a column that is gone is said by the tab, before this runs.
  useEffect(() => {
    const isHere = (column: string) => columns.some(({ name }) => name === column)
    setWriting((now) => (now && !isHere(now.column) ? null : now))
    setConflicts((now) =>
      now.every(({ writing: { column } }) => isHere(column))
        ? now
        : now.filter(({ writing: { column } }) => isHere(column)),
    )
  }, [columns])

  const open = (row: DataRow, column: string, typed: string | null): void => {
    if (!page) return
    const rid = row._rid
    // An editor that went out of sight is given up for this one.
    if (writing && (writing.rid !== rid || writing.column !== column))
      lose(laterText().datasets.unsaved.elsewhere, unsavedCells(writing, [], []))
    setWriting({
      rid,
      column,
      typed,
      seen: ownValue(row, column) ?? null,
      base: baseOf(page, rid),
      view: page.query,
    })
  }
  const rowNow = (rid: number) =>
    dispatch(
      datasetEdits.endpoints.rowNow.initiate({ id, rid }, { subscribe: false, forceRefetch: true }),
    ).unwrap()

  const refused = async (at: Writing, value: Cell, problem: Problem): Promise<number | null> => {
    if (!page || (problem.status !== CHANGED && problem.status !== GONE)) throw problem
    const words = laterText().datasets.unsaved
    const draft = { label: at.column, text: asTyped(value) }
    const now = await rowNow(at.rid)
    const next = afterRefusal(at, value, now)
    if (next === 'gone') lose(words.row, [draft])
    else if (now.row && !(at.column in now.row)) lose(words.column(at.column), [draft])
    else if (next !== 'kept' && 'again' in next) await send(next.again, value, true)
    else if (next !== 'kept') setConflicts((now) => [...now, next.conflict])
    // What stands in that row now holds changes that nobody has seen here: nothing may be built on it.
    return null
  }
  /** What was typed is in its editor again, unless somebody has gone on, or never may: then it is said. */
  const notKept = (at: Writing, error: Problem, draft: Draft): void => {
    const words = laterText().datasets.edit
    const isRefused = error.status === FORBIDDEN
    toastProblem(words.notSaved, isRefused ? words.typed(detailOf(error), draft.text) : detailOf(error))
    if (isRefused) return
    const rows = shown.current?.page?.rows
    const isHere = rows === undefined || rows.some(({ _rid }) => _rid === at.rid)
    const isFree = shown.current?.writing === null && isHere
    if (isFree) setWriting({ ...at, typed: draft.text })
    else lose(detailOf(error), [draft])
  }
  const send = async (at: Writing, value: Cell, merged = false): Promise<number | null> => {
    if (!page) return null
    const { rid, base, column, seen } = at
    try {
      const { version, row } = await editCell({ view: page.query, rid, base, column, seen, value }).unwrap()
      dispatch(versionMade({ id, version }))
      // An editor that is open on the same row has seen it, but as it was typed and not as it is written now.
      if (!merged)
        setWriting((now) =>
          now?.rid === rid && now.base < version
            ? { ...now, base: version, seen: ownValue(row, now.column) ?? null }
            : now,
        )
      return version
    } catch (problem) {
      return refused(at, value, problem as Problem).catch((error: Problem) => {
        notKept(at, error, { label: column, text: asTyped(value) })
        return null
      })
    }
  }
  const keep = (at: Writing, value: Cell): void => {
    setWriting(null)
    if (same(value, at.seen)) return
    const before = own.current.get(at.rid) ?? Promise.resolve(null)
    const draft = { label: at.column, column: at.column, text: asTyped(value) }
    sent.current.add(draft)
    const after = before
      .then((version) => send({ ...at, base: Math.max(at.base, version ?? 0) }, value))
      .finally(() => sent.current.delete(draft))
    own.current.set(at.rid, after)
  }
  return {
    writing,
    conflict,
    open,
    keep,
    drop: (refusal?: string) => {
      if (refusal !== undefined) lose(refusal, unsavedCells(writing, [], []))
      setWriting(null)
    },
    /** Keeps what was typed over what the other one saved, unless that has changed again. */
    keepMine: () => {
      if (conflict)
        keep({ ...conflict.writing, seen: conflict.theirs, base: conflict.version }, conflict.mine)
      setConflicts(([, ...others]) => others)
    },
    keepTheirs: () => setConflicts(([, ...others]) => others),
  }
}
