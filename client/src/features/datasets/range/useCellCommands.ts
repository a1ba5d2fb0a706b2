import type { KeyboardEvent } from 'react'
import { useAppDispatch } from '../../../store/hooks'
import type { RangeFrame } from './rangeFrame'
import type { BlockFormat } from './written'

/** What is done with the selected cells. The code of it comes with the first wish. */
export const useCellCommands = (frame: RangeFrame) => {
  const dispatch = useAppDispatch()
  const copy = (format: BlockFormat) =>
    void import('./copyCells').then(({ copyCells }) => dispatch(copyCells(frame, format)))
  return {
    copy,
    copyEvery: () => copy('tsv'),
    onRangeKey: (_event: KeyboardEvent): boolean => false,
  }
}

export type CellCommands = ReturnType<typeof useCellCommands>
