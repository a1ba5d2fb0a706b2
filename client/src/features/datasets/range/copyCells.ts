import { detailOf, isProblem } from '../../../api/problem'
import { laterText } from '../../../i18n/later'
import { toastNote, toastProblem } from '../../../shared/toast'
import type { AppDispatch } from '../../../store/state'
import type { RangeFrame } from './rangeFrame'
import { readRows } from './readRows'
import type { CellRange } from './selection'
import { sizeOf } from './selection'
import { blockOf } from './shownCells'
import { type Block, type BlockFormat, writtenAs } from './written'

/** Cells that are copied at once, wherever they are. */
export const COPIED_CELLS_MAX = 1_000_000

/** Puts a text that is still being read on the clipboard; the wish for it must have come from a key or a click. */
const toClipboard = async (text: Promise<string>): Promise<void> => {
  if (typeof ClipboardItem !== 'undefined' && navigator.clipboard) {
    const blob = text.then((written) => new Blob([written], { type: 'text/plain' }))
    await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })])
    return
  }
  const field = document.createElement('textarea')
  field.value = await text
  document.body.append(field)
  field.select()
  // Pages that come without TLS have no other clipboard.
  const done = document.execCommand('copy')
  field.remove()
  if (!done) throw new Error('the browser refused')
}

type Wanted = Pick<RangeFrame, 'page' | 'rows' | 'columns' | 'width' | 'total'> & { range: CellRange }

const blockWanted =
  ({ page, rows, columns, width, total, range }: Wanted) =>
  async (dispatch: AppDispatch): Promise<Block> => {
    if (!range.everyRow || !page) return blockOf(rows, columns, range)
    const count = total ?? Number.POSITIVE_INFINITY
    const all = await dispatch(readRows({ page, width, count }, 'first'))
    return blockOf(all, columns, { ...range, top: 0, bottom: all.length - 1 })
  }

/** Copies the selected cells as they are written, those of other pages, too. */
export const copyCells =
  (wanted: Wanted, format: BlockFormat) =>
  async (dispatch: AppDispatch): Promise<void> => {
    const words = laterText().cells
    const { rows, columns } = sizeOf(wanted.range, wanted.total)
    const count = (rows ?? Number.POSITIVE_INFINITY) * columns
    if (count > COPIED_CELLS_MAX) {
      toastProblem(words.notCopied, words.tooMany(count, COPIED_CELLS_MAX))
      return
    }
    try {
      await toClipboard(dispatch(blockWanted(wanted)).then((block) => writtenAs(format, block)))
      toastNote(words.copied(count))
    } catch (error) {
      toastProblem(words.notCopied, isProblem(error) ? detailOf(error) : words.noClipboard)
    }
  }
