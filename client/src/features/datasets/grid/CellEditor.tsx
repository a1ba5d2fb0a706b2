import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react'
import type { Cell, Column } from '../../../api/types'
import { useLaterText } from '../../../i18n/later'
import { asTyped, kindOf, readTyped } from '../columnTypes'
import classes from './CellEditor.module.css'

export type Leave = 'stay' | 'down' | 'right' | 'left'

type Props = {
  column: Column
  label: string
  /** What the cell held when the editor opened. */
  value: Cell
  /** The key that opened the editor takes the position of the value. */
  typed: string | null
  /** What is to be known while writing: that somebody else has changed the cell. */
  note: ReactNode
  /** Every text on the way, so that none is lost where the editor goes out of sight. */
  onType: (draft: string) => void
  onKeep: (value: Cell, leave: Leave) => void
  onDrop: () => void
}

const LEAVES: Record<string, Leave> = { Enter: 'down', Tab: 'right' }

type Draft = Pick<Props, 'column' | 'value' | 'typed' | 'onType' | 'onKeep' | 'onDrop'>

/** What stands in the editor, and how it is left: once, whatever happens to the focus afterwards. */
const useDraft = ({ column, value, typed, onType, onKeep, onDrop }: Draft) => {
  const [draft, setDraft] = useState(typed ?? asTyped(value))
  const [refusal, setRefusal] = useState<string | null>(null)
  // The focus may go elsewhere before the editor is gone: that blur decides nothing any more.
  const decided = useRef(false)
  const decide = (act: () => void): void => {
    if (decided.current) return
    decided.current = true
    act()
  }
  const keep = (leave: Leave): boolean => {
    if (draft === asTyped(value) && (value !== null || typed === null)) {
      decide(() => onKeep(value, leave))
      return true
    }
    const read = readTyped(column, draft, value)
    setRefusal(read.refusal)
    if (read.refusal !== null) return false
    decide(() => onKeep(read.value, leave))
    return true
  }
  return {
    draft,
    refusal,
    keep,
    drop: () => decide(onDrop),
    clear: () => decide(() => onKeep(null, 'stay')),
    type: (text: string): void => {
      setDraft(text)
      onType(text)
      setRefusal(null)
    },
  }
}

/** Which way a key leaves the editor; null: it stays open. */
const leaveBy = ({ key, shiftKey }: KeyboardEvent): Leave | null =>
  key === 'Tab' && shiftKey ? 'left' : (LEAVES[key] ?? null)

/** A cell being written. What does not fit the column's type is refused here, with the reason. */
export const CellEditor = ({ label, note, ...editing }: Props) => {
  const words = useLaterText().datasets.edit
  const reason = useId()
  const { draft, refusal, keep, drop, clear, type } = useDraft(editing)
  return (
    <span className={classes.editor}>
      <input
        autoFocus
        className={classes.input}
        aria-label={label}
        aria-invalid={refusal !== null}
        aria-describedby={refusal === null ? undefined : reason}
        value={draft}
        onFocus={(event) => editing.typed === null && event.currentTarget.select()}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          event.stopPropagation()
          if (event.key === 'Escape') return drop()
          const leave = leaveBy(event)
          if (leave === null) return
          event.preventDefault()
          keep(leave)
        }}
        onBlur={() => keep('stay') || drop()}
      />
      {kindOf(editing.column) === 'text' && (
        <button
          type="button"
          className={classes.toNull}
          title={words.setNull}
          aria-label={words.setNull}
          onMouseDown={(event) => {
            event.preventDefault()
            clear()
          }}
        >
          ∅
        </button>
      )}
      {refusal === null && note}
      {refusal !== null && (
        <span role="alert" id={reason} className={classes.refusal}>
          {refusal}
        </span>
      )}
    </span>
  )
}
