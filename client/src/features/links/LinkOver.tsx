import { Link2Off } from 'lucide-react'
import { useEffect } from 'react'
import { useLaterText } from '../../i18n/later'
import { focusMain } from '../../shared/focusMain'
import { usePageTitle } from '../../shared/usePageTitle'
import classes from './LinkOver.module.css'

/** A link that opens nothing: it never did, or it is over. */
export const LinkOver = () => {
  const words = useLaterText().links
  usePageTitle(words.over)
  useEffect(focusMain, [])
  return (
    <section className={classes.over} role="alert">
      <Link2Off size={40} strokeWidth={1.5} aria-hidden />
      <h1>{words.over}</h1>
      <p>{words.overWords}</p>
    </section>
  )
}
