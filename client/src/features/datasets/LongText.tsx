import { useState } from 'react'
import { useLaterText } from '../../i18n/later'
import classes from './LongText.module.css'

/** Characters that stand without being asked for; about three lines of a card. */
const SHORT = 120
/** Characters that are drawn at all: a cell can be a whole book. */
const DRAWN_MAX = 20_000

type Props = {
  text: string
  /** The server sent no more than the start, and an ellipsis. */
  cut?: boolean | undefined
}

/** A text that takes three lines at most, and all the room that it needs once somebody wants to read it. */
export const LongText = ({ text, cut }: Props) => {
  const words = useLaterText().datasets.summary
  const [open, setOpen] = useState(false)
  if (text.length <= SHORT) return <bdi>{text}</bdi>
  return (
    <>
      {open ? (
        <span className={classes.full} tabIndex={0} role="region" aria-label={words.fullText}>
          {text.slice(0, DRAWN_MAX)}
          {text.length > DRAWN_MAX && words.cutText(DRAWN_MAX, text.length)}
          {cut && <em> {words.startOnly}</em>}
        </span>
      ) : (
        <span>{text.slice(0, SHORT)}…</span>
      )}{' '}
      <button
        type="button"
        className={classes.textButton}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {open ? words.lessText : cut ? words.startText(text.length - 1) : words.moreText(text.length)}
      </button>
    </>
  )
}
