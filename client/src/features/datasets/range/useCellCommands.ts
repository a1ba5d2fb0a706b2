import type { ClipboardEvent, KeyboardEvent } from 'react'
import { useState } from 'react'
import { useAppDispatch } from '../../../store/hooks'
import { positionAround } from '../grid/useActiveCell'
import { useUndo } from '../useUndo'
import type { Asked } from './asked'
import type { RangeFrame } from './rangeFrame'
import type { BlockFormat } from './written'

/** Fill down in one row takes what stands above it. */
const withRowAbove = (frame: RangeFrame): RangeFrame => {
  const { range } = frame
  const isOneRow = !range.everyRow && range.top === range.bottom && range.top > 0
  return isOneRow ? { ...frame, range: { ...range, top: range.top - 1 } } : frame
}

const isPlain = ({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean => !ctrlKey && !metaKey && !altKey

/** What is done with the selected cells. The code of it comes with the first wish. */
export const useCellCommands = (frame: RangeFrame) => {
  const dispatch = useAppDispatch()
  const [asked, setAsked] = useState<Asked | null>(null)
  const { editable, range } = frame
  const undoing = useUndo(frame.id)
  const copy = (format: BlockFormat) =>
    void import('./copyCells').then(({ copyCells }) => dispatch(copyCells(frame, format)))
  const edit = (kind: 'clear' | 'fillDown') =>
    void import('./carryOut').then(({ quickEdit }) =>
      dispatch(quickEdit(kind === 'fillDown' ? withRowAbove(frame) : frame, kind)),
    )
  const clear = () => (range.everyRow ? setAsked({ kind: 'clear' }) : edit('clear'))
  const byKey: Record<string, (() => void) | undefined> = {
    Delete: clear,
    Backspace: clear,
  }
  return {
    ...undoing,
    asked,
    ask: setAsked,
    answered: () => setAsked(null),
    copy,
    copyEvery: () => copy('tsv'),
    clear,
    fillDown: () => edit('fillDown'),
    onRangeKey: (event: KeyboardEvent): boolean => {
      if (!editable) return false
      const isFill = event.key.toLowerCase() === 'd' && (event.ctrlKey || event.metaKey) && !event.shiftKey
      const act = isFill ? () => edit('fillDown') : isPlain(event) ? byKey[event.key] : undefined
      act?.()
      return act !== undefined
    },
    onPaste: (event: ClipboardEvent): void => {
      if (!editable || positionAround(event.target) === null) return
      event.preventDefault()
      const text = event.clipboardData.getData('text/plain')
      if (text !== '') setAsked({ kind: 'paste', text })
    },
  }
}

export type CellCommands = ReturnType<typeof useCellCommands>
