import { Kbd, SegmentedControl, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks'
import { Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { FileStatus } from '../../api/types'
import classes from './FilesPage.module.css'
import { useFilesView } from './useFilesView'

const TYPING_MS = 250
const STATUSES: { value: FileStatus | ''; label: string }[] = [
  { value: '', label: 'All' },
  { value: 'uploading', label: 'Uploading' },
  { value: 'processing', label: 'Processing' },
  { value: 'done', label: 'Done' },
  { value: 'error', label: 'Error' },
]

const SearchBox = () => {
  const { view, change } = useFilesView()
  const [text, setText] = useState(view.q)
  const input = useRef<HTMLInputElement>(null)
  const asked = useRef(view.q)
  const search = useDebouncedCallback((q: string) => {
    asked.current = q
    change({ q }, true)
  }, TYPING_MS)
  useHotkeys([['/', () => input.current?.focus()]])
  // Back and a pasted link change the address without typing; what was typed meanwhile stays.
  useEffect(() => {
    if (view.q === asked.current) return
    asked.current = view.q
    setText(view.q)
  }, [view.q])
  return (
    <TextInput
      ref={input}
      type="search"
      className={classes.search}
      aria-label="Search files by name"
      placeholder="Search by name"
      leftSection={<Search size={15} aria-hidden />}
      rightSection={
        <Kbd size="xs" visibleFrom="xs" aria-hidden>
          /
        </Kbd>
      }
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value)
        search(event.currentTarget.value.trim())
      }}
    />
  )
}

export const FilesToolbar = () => {
  const { view, change } = useFilesView()
  const pick = (value: string | null) =>
    change({ status: STATUSES.find((s) => s.value === value)?.value ?? '' })
  return (
    <search className={classes.toolbar}>
      <SearchBox />
      <SegmentedControl
        className={classes.statusWide}
        size="xs"
        aria-label="Show files with status"
        data={STATUSES}
        value={view.status}
        onChange={pick}
      />
      <Select
        className={classes.statusNarrow}
        aria-label="Show files with status"
        data={STATUSES}
        value={view.status}
        allowDeselect={false}
        onChange={pick}
      />
    </search>
  )
}
