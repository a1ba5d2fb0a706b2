import { Alert, Modal, Select, Skeleton, Stack } from '@mantine/core'
import { CircleAlert } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { type Difference, useGetDifferenceQuery } from '../../api/datasetHistory'
import { detailOf } from '../../api/problem'
import type { Version } from '../../api/types'
import { useText } from '../../i18n/language'
import { useLaterText } from '../../i18n/later'
import { NoValue } from '../../shared/NoValue'
import { ownValue } from '../../shared/ownValue'
import { ScrollBox } from '../../shared/ScrollBox'
import classes from './DiffDialog.module.css'
import { PlainTable } from './PlainTable'

type Rows = NonNullable<Difference['rows']>
type Texts = Rows['added'][number]['cells']
/** Characters of a cell that are shown: what changed is told, not a whole book. */
const SHOWN_MAX = 300

/** `text` undefined: that version has no such column. */
const Text = ({ text }: { text: string | null | undefined }) => {
  const { null: nothing, empty } = useLaterText().datasets.grid
  if (text === undefined) return <>–</>
  if (text === null || text === '') return <NoValue>{text === null ? nothing : empty}</NoValue>
  return <bdi>{text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text}</bdi>
}

/** The columns that some of the rows have, in their order. */
const namesIn = (rows: Texts[]): string[] => [...new Set(rows.flatMap((cells) => Object.keys(cells)))]

const Changed = ({ rows }: { rows: Rows['changed'] }) => {
  const words = useLaterText().datasets.diff
  return (
    <PlainTable>
      <thead>
        <tr>
          <th scope="col" data-numeric>
            {words.rid}
          </th>
          <th scope="col">{words.column}</th>
          <th scope="col">{words.before}</th>
          <th scope="col">{words.after}</th>
        </tr>
      </thead>
      <tbody>
        {rows.flatMap(({ _rid, before, after }) =>
          namesIn([before, after]).map((name) => (
            <tr key={`${_rid} ${name}`}>
              <td data-numeric>{_rid}</td>
              <td>{name}</td>
              <td className={classes.before}>
                <Text text={ownValue(before, name)} />
              </td>
              <td className={classes.after}>
                <Text text={ownValue(after, name)} />
              </td>
            </tr>
          )),
        )}
      </tbody>
    </PlainTable>
  )
}

const Alone = ({ rows }: { rows: Rows['added'] }) => {
  const words = useLaterText().datasets.diff
  const names = namesIn(rows.map(({ cells }) => cells))
  return (
    <PlainTable>
      <thead>
        <tr>
          <th scope="col" data-numeric>
            {words.rid}
          </th>
          {names.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ _rid, cells }) => (
          <tr key={_rid}>
            <td data-numeric>{_rid}</td>
            {names.map((name) => (
              <td key={name}>
                <Text text={ownValue(cells, name)} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </PlainTable>
  )
}

type PartProps = { title: string; count: number; shown: number; tone: string; children: ReactNode }

const Part = ({ title, count, shown, tone, children }: PartProps) => {
  const words = useLaterText().datasets.diff
  if (count === 0) return null
  return (
    <div>
      <h3 className={classes.head} data-tone={tone}>
        {title} {shown < count && <span className={classes.of}>{words.first(shown)}</span>}
      </h3>
      <ScrollBox label={title} maxHeight="34vh">
        {children}
      </ScrollBox>
    </div>
  )
}

const Differences = ({ difference: { added, removed, changed, rows } }: { difference: Difference }) => {
  const words = useLaterText().datasets.diff
  if (added + removed + changed === 0) return <p className={classes.none}>{words.none}</p>
  if (!rows) return null
  return (
    <>
      <Part title={words.changed(changed)} count={changed} shown={rows.changed.length} tone="processing">
        <Changed rows={rows.changed} />
      </Part>
      <Part title={words.added(added)} count={added} shown={rows.added.length} tone="done">
        <Alone rows={rows.added} />
      </Part>
      <Part title={words.removed(removed)} count={removed} shown={rows.removed.length} tone="error">
        <Alone rows={rows.removed} />
      </Part>
    </>
  )
}

type ChoiceProps = { label: string; versions: number[]; value: number; onChange: (version: number) => void }

const VersionChoice = ({ label, versions, value, onChange }: ChoiceProps) => {
  const words = useLaterText().datasets.history
  return (
    <Select
      size="xs"
      label={label}
      data={versions.map((version) => ({ value: String(version), label: words.version(version) }))}
      value={String(value)}
      allowDeselect={false}
      comboboxProps={{ withinPortal: false }}
      onChange={(chosen) => chosen !== null && onChange(Number(chosen))}
    />
  )
}

type Props = { id: string; versions: Version[]; of: number; onClose: () => void }

/** What one version has otherwise than another one, at first than the one before it: rows, and cells before and after. */
const DiffDialog = ({ id, versions, of, onClose }: Props) => {
  const { shared } = useText()
  const words = useLaterText().datasets.diff
  const kept = versions.filter(({ expired }) => !expired).map(({ version }) => version)
  const [to, setTo] = useState(of)
  const [from, setFrom] = useState(() => Math.max(...kept.filter((version) => version < of), 0))
  const { currentData, error } = useGetDifferenceQuery({ id, from, to })
  return (
    <Modal
      opened
      onClose={onClose}
      size={900}
      title={words.title}
      closeButtonProps={{ 'aria-label': shared.close }}
    >
      <Stack gap="sm">
        <div className={classes.choice}>
          <VersionChoice label={words.from} versions={kept} value={from} onChange={setFrom} />
          <VersionChoice label={words.to} versions={kept} value={to} onChange={setTo} />
        </div>
        {error && (
          <Alert color="red" role="alert" icon={<CircleAlert size={18} />}>
            {detailOf(error)}
          </Alert>
        )}
        {currentData && <Differences difference={currentData} />}
        {!currentData && !error && <Skeleton height={200} aria-busy="true" />}
      </Stack>
    </Modal>
  )
}

export default DiffDialog
