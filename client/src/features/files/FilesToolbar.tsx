import { ActionIcon, Button, Kbd, SegmentedControl, Select, TextInput, Tooltip } from '@mantine/core'
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks'
import { Rows2, Rows4, Search, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { FileStatus } from '../../api/types'
import { useText } from '../../i18n/language'
import classes from './FilesToolbar.module.css'
import { useDensity } from './useDensity'
import { useFilesView } from './useFilesView'

const TYPING_MS = 250
const STATUSES: (FileStatus | '')[] = ['', 'uploading', 'processing', 'done', 'error']

const SearchBox = () => {
  const words = useText().files.search
  const { view, change } = useFilesView()
  const [typed, setTyped] = useState(view.q)
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
    setTyped(view.q)
  }, [view.q])
  return (
    <TextInput
      ref={input}
      type="search"
      size="xs"
      className={classes.search}
      aria-label={words.label}
      placeholder={words.hint}
      leftSection={<Search size={15} aria-hidden />}
      rightSection={
        <Kbd size="xs" visibleFrom="xs" aria-hidden>
          /
        </Kbd>
      }
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        search(event.currentTarget.value.trim())
      }}
    />
  )
}

type NarrowBy = 'kind' | 'owner' | 'since'

const Narrow = <N extends NarrowBy>({
  name,
  label,
  words,
}: {
  name: N
  label: string
  words: Record<string, string>
}) => {
  const { view, change } = useFilesView()
  const data = Object.entries(words).map(([value, word]) => ({ value, label: word }))
  return (
    <Select
      className={classes.narrow}
      size="xs"
      aria-label={label}
      data={data}
      value={view[name]}
      allowDeselect={false}
      data-active={view[name] !== '' || undefined}
      onChange={(value) => change({ [name]: value ?? '' })}
    />
  )
}

const DensityButton = () => {
  const words = useText().files.density
  const { density, turn } = useDensity()
  const next = density === 'compact' ? words.comfortable : words.compact
  const Icon = density === 'compact' ? Rows2 : Rows4
  return (
    <Tooltip label={next} openDelay={400}>
      <ActionIcon variant="default" aria-label={next} onClick={turn}>
        <Icon size={15} aria-hidden />
      </ActionIcon>
    </Tooltip>
  )
}

export const FilesToolbar = () => {
  const { files, shared } = useText()
  const { view, change } = useFilesView()
  const statuses = STATUSES.map((value) => ({
    value,
    label: value === '' ? files.filter.all : shared.status[value],
  }))
  const pick = (value: string | null) => change({ status: STATUSES.find((each) => each === value) ?? '' })
  return (
    <search className={classes.toolbar}>
      <SearchBox />
      <SegmentedControl
        className={classes.statusWide}
        size="xs"
        aria-label={files.filter.status}
        data={statuses}
        value={view.status}
        onChange={pick}
      />
      <Select
        className={classes.statusNarrow}
        size="xs"
        aria-label={files.filter.status}
        data={statuses}
        value={view.status}
        allowDeselect={false}
        onChange={pick}
      />
      <Narrow name="kind" label={files.filter.type} words={files.filter.types} />
      <Narrow name="owner" label={files.filter.owner} words={files.filter.owners} />
      <Narrow name="since" label={files.filter.when} words={files.filter.whens} />
      {view.tag !== '' && (
        <Button
          size="xs"
          variant="default"
          rightSection={<X size={13} aria-hidden />}
          aria-label={files.tags.drop(view.tag)}
          onClick={() => change({ tag: '' })}
        >
          {files.tags.only(view.tag)}
        </Button>
      )}
      <DensityButton />
    </search>
  )
}
