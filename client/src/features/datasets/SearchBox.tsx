import { ActionIcon, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { ChevronDown, ChevronUp, Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useLaterText } from '../../i18n/later'
import classes from './SearchBox.module.css'
import { useDatasetView } from './useDatasetView'

const TYPING_MS = 350
const CHARS_MAX = 1000

type Props = {
  hits: { count: number; number: number | null; step: (by: 1 | -1) => void }
  /** Rows that show what is searched for, null while they are not counted. */
  matched: number | null
}

/** What the field holds: what is written, until the address, changed from elsewhere, says otherwise. */
const useSearched = () => {
  const { view, change } = useDatasetView()
  const [written, setWritten] = useState(view.q)
  const asked = useRef(view.q)
  useEffect(() => {
    if (view.q === asked.current) return
    asked.current = view.q
    setWritten(view.q)
  }, [view.q])
  const ask = (text: string) => {
    if (text === asked.current) return
    asked.current = text
    change({ q: text }, true)
  }
  return { written, setWritten, ask, isAsked: written === view.q }
}

/** Searches all columns: rows that show the text stay, its places are marked, and arrows go from one to the next. */
export const SearchBox = ({ hits, matched }: Props) => {
  const words = useLaterText().datasets.search
  const { view } = useDatasetView()
  const { written, setWritten, ask, isAsked } = useSearched()
  const later = useDebouncedCallback(ask, TYPING_MS)
  const steps = [
    [-1, words.previous, ChevronUp],
    [1, words.next, ChevronDown],
  ] as const
  return (
    <search className={classes.box}>
      <TextInput
        type="search"
        size="xs"
        aria-label={words.label}
        placeholder={words.label}
        leftSection={<Search size={14} aria-hidden />}
        maxLength={CHARS_MAX}
        value={written}
        onChange={(event) => {
          setWritten(event.currentTarget.value)
          later(event.currentTarget.value)
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          if (isAsked) hits.step(event.shiftKey ? -1 : 1)
          else ask(written)
        }}
      />
      {view.q !== '' && (
        <>
          <output className={classes.count}>
            {matched !== null && words.rows(matched)}
            {hits.count > 0 && ` · ${words.hits(hits.number === null ? 0 : hits.number + 1, hits.count)}`}
          </output>
          {steps.map(([by, label, Icon]) => (
            <ActionIcon
              key={by}
              variant="subtle"
              color="gray"
              size={26}
              aria-label={label}
              disabled={matched === 0}
              onClick={() => hits.step(by)}
            >
              <Icon size={15} aria-hidden />
            </ActionIcon>
          ))}
        </>
      )}
    </search>
  )
}
