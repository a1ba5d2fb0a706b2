import { useEffect, useState } from 'react'
import { type CheckedCells, cellEdits } from '../../../api/cellEdits'
import { useAppDispatch } from '../../../store/hooks'
import { reasonOf } from './carryOut'
import { asRowChanges, filledEdit, fitsAll, type PlannedEdit, pasteColumns, pastedEdit } from './changes'
import { rowCount, rowsToEdit } from './planEdit'
import type { RangeFrame } from './rangeFrame'
import type { Text } from './written'

/** What a block would change, once that is known, and which cells do not fit; or why that is not to be had. */
export type Plan = { edit: PlannedEdit; checked: CheckedCells } | { reason: string }

const EMPTY: CheckedCells = { version: 0, cells: 0, misfit_count: 0, misfits: [] }

/** Compares a block with the rows that it would go into; null while that is under way. */
export const usePlan = (frame: RangeFrame, block: Text[][]): Plan | null => {
  const dispatch = useAppDispatch()
  const [plan, setPlan] = useState<Plan | null>(null)
  const [start] = useState(frame)
  useEffect(() => {
    let isWanted = true
    const compare = async (): Promise<Plan> => {
      const { range, columns, id } = start
      const isOne = fitsAll(block)
      const seen = await dispatch(rowsToEdit(start, isOne ? rowCount(start) : block.length))
      const edit = isOne
        ? filledEdit(seen, columns.slice(range.left, range.right + 1), block[0]?.[0] ?? null)
        : pastedEdit(seen, pasteColumns(columns, range, block), block)
      const changes = asRowChanges(edit, true)
      if (changes.update.length + changes.insert.length === 0) return { edit, checked: EMPTY }
      return {
        edit,
        checked: await dispatch(cellEdits.endpoints.checkCells.initiate({ id, changes })).unwrap(),
      }
    }
    setPlan(null)
    compare().then(
      (made) => isWanted && setPlan(made),
      (error) => isWanted && setPlan({ reason: reasonOf(error) }),
    )
    return () => {
      isWanted = false
    }
  }, [start, block, dispatch])
  return plan
}
