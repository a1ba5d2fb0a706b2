import { Button, Menu } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import {
  ArrowDownToLine,
  ChevronDown,
  ClipboardPaste,
  Copy,
  Eraser,
  History,
  ListStart,
  PaintBucket,
  Redo2,
  Replace,
  Undo2,
} from 'lucide-react'
import { lazy, Suspense } from 'react'
import { selectIsLinked } from '../../../api/session'
import { useLaterText } from '../../../i18n/later'
import { formatExact } from '../../../shared/format'
import { useAppSelector } from '../../../store/hooks'
import type { RangeFrame } from './rangeFrame'
import classes from './SelectionBar.module.css'
import { isOneCell, sizeOf } from './selection'
import type { CellCommands } from './useCellCommands'
import { useSummary } from './useSummary'

const RangeDialogs = lazy(() => import('./RangeDialogs'))

const ICON = { size: 15, 'aria-hidden': true } as const

/** How much is selected, and what its numbers come to. */
const Facts = ({ frame }: { frame: RangeFrame }) => {
  const words = useLaterText().cells
  const { summary, waiting, failed } = useSummary(frame)
  if (isOneCell(frame.range) || frame.rows.length === 0) return null
  const { rows, columns } = sizeOf(frame.range, frame.total)
  const facts: [string, string][] = summary
    ? [
        [words.sum, formatExact(summary.sum)],
        [words.mean, `${summary.meanExact ? '' : `${words.about} `}${formatExact(summary.mean)}`],
        [words.min, formatExact(summary.min)],
        [words.max, formatExact(summary.max)],
      ]
    : []
  return (
    <>
      <span>{rows === null ? words.uncounted(columns) : words.selected(rows, columns)}</span>
      {summary && <span>{words.numbers(Number(summary.count))}</span>}
      {facts.map(([name, value]) => (
        <span key={name}>
          {name} <b>{value}</b>
        </span>
      ))}
      {waiting && !summary && <span>{words.adding}</span>}
      {failed && <span>{words.notAdded}</span>}
    </>
  )
}

const CopyItems = ({ copy }: Pick<CellCommands, 'copy'>) => {
  const words = useLaterText().cells
  return (
    <>
      <Menu.Item leftSection={<Copy {...ICON} />} onClick={() => copy('tsv')}>
        {words.copy}
      </Menu.Item>
      <Menu.Item leftSection={<Copy {...ICON} />} onClick={() => copy('csv')}>
        {words.copyCsv}
      </Menu.Item>
      <Menu.Item leftSection={<Copy {...ICON} />} onClick={() => copy('markdown')}>
        {words.copyMarkdown}
      </Menu.Item>
    </>
  )
}

type ItemsProps = { commands: CellCommands; editable: boolean }

/** What changes cells; not there where nobody may. */
const EditItems = ({ commands, editable }: ItemsProps) => {
  const words = useLaterText().cells
  if (!editable) return null
  const { ask, clear, fillDown, undo, redo, canUndo, canRedo } = commands
  return (
    <>
      <Menu.Divider />
      <Menu.Item
        leftSection={<ClipboardPaste {...ICON} />}
        onClick={() => ask({ kind: 'paste', text: null })}
      >
        {words.paste}
      </Menu.Item>
      <Menu.Item leftSection={<ArrowDownToLine {...ICON} />} onClick={fillDown}>
        {words.fillDown}
      </Menu.Item>
      <Menu.Item leftSection={<PaintBucket {...ICON} />} onClick={() => ask({ kind: 'fill' })}>
        {words.fill}
      </Menu.Item>
      <Menu.Item leftSection={<Eraser {...ICON} />} onClick={clear}>
        {words.clear}
      </Menu.Item>
      <Menu.Item leftSection={<Replace {...ICON} />} onClick={() => ask({ kind: 'find' })}>
        {words.find}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Item leftSection={<Undo2 {...ICON} />} disabled={!canUndo} onClick={undo}>
        {words.undo}
      </Menu.Item>
      <Menu.Item leftSection={<Redo2 {...ICON} />} disabled={!canRedo} onClick={redo}>
        {words.redo}
      </Menu.Item>
    </>
  )
}

/** What is selected, and what can be done with it. */
export const SelectionBar = ({ frame, commands }: { frame: RangeFrame; commands: CellCommands }) => {
  const words = useLaterText().cells
  const isLinked = useAppSelector(selectIsLinked)
  const { editable } = frame
  // A dialog has the keys to itself.
  const isFree = commands.asked === null
  const whereEditable = (act: () => void) => () => editable && isFree && act()
  useHotkeys([
    ['mod+Z', whereEditable(commands.undo)],
    ['mod+shift+Z', whereEditable(commands.redo)],
    ['mod+Y', whereEditable(commands.redo)],
    ['mod+H', whereEditable(() => commands.ask({ kind: 'find' }))],
    ['mod+G', () => isFree && commands.ask({ kind: 'goTo' })],
  ])
  return (
    <div className={classes.bar}>
      <span role="status" className={classes.facts}>
        <Facts frame={frame} />
      </span>
      <Menu position="top-end" width={270}>
        <Menu.Target>
          <Button size="compact-sm" variant="default" rightSection={<ChevronDown {...ICON} />}>
            {words.menu}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <CopyItems copy={commands.copy} />
          <EditItems commands={commands} editable={editable} />
          <Menu.Divider />
          <Menu.Item leftSection={<ListStart {...ICON} />} onClick={() => commands.ask({ kind: 'goTo' })}>
            {words.goTo}
          </Menu.Item>
          {!isLinked && (
            <Menu.Item leftSection={<History {...ICON} />} onClick={() => commands.ask({ kind: 'history' })}>
              {words.history}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {commands.asked && (
        <Suspense>
          <RangeDialogs asked={commands.asked} frame={frame} onClose={commands.answered} />
        </Suspense>
      )}
    </div>
  )
}
