import { Link2Off } from 'lucide-react'
import { useEffect } from 'react'
import { focusMain } from '../../shared/focusMain'
import { usePageTitle } from '../../shared/usePageTitle'
import classes from './LinkOver.module.css'

/** A link that opens nothing: it never did, or it is over. */
export const LinkOver = ({ title, words }: { title: string; words: string }) => {
  usePageTitle(title)
  useEffect(focusMain, [])
  return (
    <section className={classes.over} role="alert">
      <Link2Off size={40} strokeWidth={1.5} aria-hidden />
      <h1>{title}</h1>
      <p>{words}</p>
    </section>
  )
}
