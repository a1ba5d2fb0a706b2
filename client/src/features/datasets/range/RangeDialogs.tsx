import type { Asked } from './asked'
import { FindDialog } from './FindDialog'
import { HistoryDialog } from './HistoryDialog'
import { PasteDialog } from './PasteDialog'
import type { RangeFrame } from './rangeFrame'
import { ClearDialog, FillDialog, GoToDialog } from './ValueDialogs'

type Props = { asked: Asked; frame: RangeFrame; onClose: () => void }

const DIALOGS = {
  fill: FillDialog,
  clear: ClearDialog,
  find: FindDialog,
  goTo: GoToDialog,
  history: HistoryDialog,
}

/** The dialog that a command about cells has asked for. */
const RangeDialogs = ({ asked, frame, onClose }: Props) => {
  if (asked.kind === 'paste') return <PasteDialog frame={frame} text={asked.text} onClose={onClose} />
  const Dialog = DIALOGS[asked.kind]
  return <Dialog frame={frame} onClose={onClose} />
}

export default RangeDialogs
