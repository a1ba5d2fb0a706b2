import { useState } from 'react'
import { useEditCellMutation } from '../../../api/datasetEdits'
import type { RowsPage, RowsQuery } from '../../../api/datasetsApi'
import type { Problem } from '../../../api/problem'
import { detailOf } from '../../../api/problem'
import type { Cell } from '../../../api/types'
import { text } from '../../../i18n/language'
import { toastProblem } from '../../../shared/toast'
import { asTyped } from '../columnTypes'

export type Writing = { rid: number; column: string; typed: string | null }

const CHANGED = 412

const tell = (problem: Problem, column: string): void => {
  const words = text().datasets
  if (problem.status !== CHANGED) {
    toastProblem(words.edit.notSaved, detailOf(problem))
    return
  }
  const now = problem.current?.[column]
  const shown = now === null || now === undefined ? words.grid.null : asTyped(now)
  toastProblem(
    words.edit.conflict,
    problem.current ? words.edit.conflictWords(column, shown) : words.edit.gone,
  )
}

/** Which cell is being written, and what becomes of it. The page shows a value before the server has it. */
export const useCellEdits = (view: RowsQuery, page: RowsPage) => {
  const [writing, setWriting] = useState<Writing | null>(null)
  const [editCell] = useEditCellMutation()
  const keep = ({ rid, column }: Writing, value: Cell): void => {
    setWriting(null)
    const row = page.rows.find(({ _rid }) => _rid === rid)
    if (!row || row[column] === value) return
    const base = page.bases?.[rid] ?? page.version
    editCell({ view, rid, base, column, value })
      .unwrap()
      .catch((problem: Problem) => tell(problem, column))
  }
  return { writing, write: setWriting, keep, drop: () => setWriting(null) }
}
