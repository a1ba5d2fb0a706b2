import { Button, Menu } from '@mantine/core'
import { ChevronDown, Copy } from 'lucide-react'
import { useLaterText } from '../../../i18n/later'
import { formatExact } from '../../../shared/format'
import type { RangeFrame } from './rangeFrame'
import classes from './SelectionBar.module.css'
import { isOneCell, sizeOf } from './selection'
import type { CellCommands } from './useCellCommands'
import { useSummary } from './useSummary'

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

/** What is selected, and what can be done with it. */
export const SelectionBar = ({ frame, commands }: { frame: RangeFrame; commands: CellCommands }) => {
  const words = useLaterText().cells
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
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}
