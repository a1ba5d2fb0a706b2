import { Button, Menu } from '@mantine/core'
import { Download, TableProperties } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { detailOf } from '../../api/problem'
import { fetchResult, type ResultFormat, useSaveResultMutation } from '../../api/sqlApi'
import { laterText, useLaterText } from '../../i18n/later'
import { handOver } from '../../shared/handOver'
import { toastProblem } from '../../shared/toast'
import { NameDialog } from './NameDialog'
import classes from './ResultTools.module.css'

const ICON = { size: 15, 'aria-hidden': true } as const
const FORMATS: readonly [ResultFormat, string][] = [
  ['csv', 'CSV'],
  ['parquet', 'Parquet'],
  ['arrow', 'Arrow'],
  ['json', 'JSON'],
]

/** All rows as a file: the statement is run once more for it. */
const DownloadMenu = ({ query }: { query: string }) => {
  const words = useLaterText().sql
  const running = useRef<AbortController | null>(null)
  const [busy, setBusy] = useState(false)
  useEffect(() => () => running.current?.abort(), [])
  const download = async (format: ResultFormat) => {
    const control = new AbortController()
    running.current = control
    setBusy(true)
    try {
      handOver(await fetchResult(query, format, control.signal), `result.${format}`)
    } catch (error) {
      if (!control.signal.aborted) toastProblem(laterText().sql.notDownloaded, detailOf(error))
    }
    setBusy(false)
  }
  if (busy)
    return (
      <Button variant="default" size="xs" onClick={() => running.current?.abort()}>
        {words.stopDownload}
      </Button>
    )
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<Download {...ICON} />}>
          {words.download}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {FORMATS.map(([format, name]) => (
          <Menu.Item key={format} onClick={() => void download(format)}>
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

const SaveButton = ({ query }: { query: string }) => {
  const words = useLaterText().sql
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  const [save, { isLoading, error, reset }] = useSaveResultMutation()
  const close = () => {
    setAsking(false)
    reset()
  }
  const keep = async (name: string) => {
    const { data } = await save({ query, name })
    if (data) void navigate(`/files/${data.id}`)
  }
  return (
    <>
      <Button size="xs" leftSection={<TableProperties {...ICON} />} onClick={() => setAsking(true)}>
        {words.saveTable.open}
      </Button>
      {asking && (
        <NameDialog
          title={words.saveTable.title}
          label={words.saveTable.name}
          description={words.saveTable.about}
          first="result.parquet"
          action={words.saveTable.save}
          busy={isLoading}
          refusal={error ? detailOf(error) : null}
          onClose={close}
          onName={(name) => void keep(name)}
        />
      )}
    </>
  )
}

/** What can be done with a result: take it along, or keep it as a table. */
export const ResultTools = ({ query }: { query: string }) => (
  <div className={classes.tools}>
    <DownloadMenu query={query} />
    <SaveButton query={query} />
  </div>
)
