import { type KeyboardEvent, type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react'
import type { Cell, Column } from '../../../api/types'
import { useLaterText } from '../../../i18n/later'
import { afterTyping, asShown } from '../../../shared/lineEnds'
import { breakLine, isLineBreak } from '../../../shared/lineKeys'
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
  /** Gives the draft up; `refusal`: why it does not fit, where nobody has asked for that. */
  onDrop: (refusal?: string) => void
}

const LEAVES: Record<string, Leave> = { Enter: 'down', Tab: 'right' }

type Draft = Pick<Props, 'column' | 'value' | 'typed' | 'onType' | 'onKeep' | 'onDrop'>

/** What stands in the editor, exactly, and how it is left: once, whatever happens to the focus afterwards. */
const useDraft = ({ column, value, typed, onType, onKeep, onDrop }: Draft) => {
  const [original] = useState(typed ?? asTyped(value))
  const [draft, setDraft] = useState(original)
  const [refusal, setRefusal] = useState<string | null>(null)
  // The focus may go elsewhere before the editor is gone: that blur decides nothing any more.
  const decided = useRef(false)
  const decide = (act: () => void): void => {
    if (decided.current) return
    decided.current = true
    act()
  }
  /** Why the draft cannot be kept; null where it is. */
  const keep = (leave: Leave): string | null => {
    if (draft === asTyped(value) && (value !== null || typed === null)) {
      decide(() => onKeep(value, leave))
      return null
    }
    const read = readTyped(column, draft, value)
    setRefusal(read.refusal)
    if (read.refusal !== null) return read.refusal
    decide(() => onKeep(read.value, leave))
    return null
  }
  return {
    shown: asShown(draft),
    refusal,
    keep,
    drop: (reason?: string) => decide(() => onDrop(reason)),
    clear: () => decide(() => onKeep(null, 'stay')),
    type: (shown: string): void => {
      const text = afterTyping(draft, shown, original)
      setDraft(text)
      onType(text)
      setRefusal(null)
    },
  }
}

/** Which way a key leaves the editor; null: it stays open. */
const leaveBy = ({ key, shiftKey }: KeyboardEvent): Leave | null =>
  key === 'Tab' && shiftKey ? 'left' : (LEAVES[key] ?? null)

/** A field as high as its lines; from some height on they scroll (`max-height` of its style). */
const useGrowing = (shown: string) => {
  const field = useRef<HTMLTextAreaElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows from the text
  useLayoutEffect(() => {
    if (!field.current) return
    field.current.style.height = 'auto'
    field.current.style.height = `${field.current.scrollHeight}px`
  }, [shown])
  return field
}

/** A cell being written. What does not fit the column's type is refused here, with the reason. */
export const CellEditor = ({ label, note, ...editing }: Props) => {
  const words = useLaterText().datasets.edit
  const reason = useId()
  const { shown, refusal, keep, drop, clear, type } = useDraft(editing)
  const field = useGrowing(shown)
  return (
    <span className={classes.editor}>
      <textarea
        ref={field}
        rows={1}
        autoFocus
        className={classes.input}
        aria-label={label}
        aria-invalid={refusal !== null}
        aria-describedby={refusal === null ? undefined : reason}
        value={shown}
        onFocus={(event) => editing.typed === null && event.currentTarget.select()}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          event.stopPropagation()
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Escape') return drop()
          const leave = leaveBy(event)
          if (leave === null) return
          event.preventDefault()
          if (isLineBreak(event)) breakLine()
          else keep(leave)
        }}
        onBlur={() => {
          const reason = keep('stay')
          if (reason !== null) drop(reason)
        }}
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
