import { Button, Popover, Select, Stack, Textarea } from '@mantine/core'
import { cloneElement, type ReactElement, useState } from 'react'
import type { Column } from '../../api/types'
import { useLaterText } from '../../i18n/later'
import { useDrafts } from '../../shared/drafts'
import { sendOnEnter } from '../../shared/lineKeys'
import { kindOf } from './columnTypes'
import { type FilterOp, filterText, needsValue, opsFor, valueProblem } from './filters'
import { useDatasetView } from './useDatasetView'

const Form = ({ column, onDone }: { column: Column; onDone: () => void }) => {
  const { filter: words, edit } = useLaterText().datasets
  const { view, change } = useDatasetView()
  const ops = opsFor(column)
  const [op, setOp] = useState<FilterOp>(ops[0] ?? 'eq')
  const [value, setValue] = useState('')
  const [refusal, setRefusal] = useState<string | null>(null)
  useDrafts(() => [{ label: words.title(column.name), text: value, column: column.name }])
  const apply = () => {
    // A text is looked for as it was typed, blanks and all.
    const asked = kindOf(column) === 'text' ? value : value.trim()
    const problem = valueProblem(column, op, asked, { filter: words, expected: edit.expected })
    setRefusal(problem)
    if (problem !== null) return
    const filter = filterText({ column: column.name, op, value: asked })
    if (!view.filters.includes(filter)) change({ filters: [...view.filters, filter] })
    onDone()
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        apply()
      }}
    >
      <Stack gap="xs">
        <Select
          label={words.op}
          data={ops.map((each) => ({ value: each, label: words.ops[each] }))}
          value={op}
          allowDeselect={false}
          comboboxProps={{ withinPortal: false }}
          onChange={(chosen) => {
            setOp(ops.find((each) => each === chosen) ?? op)
            setRefusal(null)
          }}
        />
        {needsValue(op) && (
          <Textarea
            data-autofocus
            autosize
            maxRows={6}
            label={op === 'in' ? words.values : words.value}
            value={value}
            error={refusal}
            onKeyDown={sendOnEnter}
            onChange={(event) => {
              setValue(event.currentTarget.value)
              setRefusal(null)
            }}
          />
        )}
        <Button type="submit" size="xs">
          {words.apply}
        </Button>
      </Stack>
    </form>
  )
}

/** The button that is its child opens a form for one more filter on the column. */
export const FilterForm = ({
  column,
  children,
}: {
  column: Column
  children: ReactElement<{ onClick?: () => void }>
}) => {
  const words = useLaterText().datasets.filter
  const [open, setOpen] = useState(false)
  return (
    <Popover opened={open} onChange={setOpen} width={250} position="bottom-end" trapFocus returnFocus>
      <Popover.Target>{cloneElement(children, { onClick: () => setOpen(!open) })}</Popover.Target>
      <Popover.Dropdown aria-label={words.title(column.name)}>
        <Form column={column} onDone={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  )
}
