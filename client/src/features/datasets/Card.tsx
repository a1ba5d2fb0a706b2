import type { ReactNode, Ref } from 'react'
import { Name } from '../../shared/Name'
import classes from './Card.module.css'

type Props = {
  as: 'article' | 'section'
  title: string
  titleId?: string
  aside?: string
  action?: ReactNode
  label?: string
  ref?: Ref<HTMLElement>
  children: ReactNode
}

/** A part of the summary, with its own head; it is called by `label`, or by its title where that has an id. */
export const Card = ({ as: Tag, title, titleId, aside, action, label, ref, children }: Props) => (
  <Tag ref={ref} className={classes.card} aria-label={label} aria-labelledby={titleId}>
    <header className={classes.head}>
      <h2 id={titleId}>
        <Name>{title}</Name>
      </h2>
      {aside !== undefined && <span className={classes.aside}>{aside}</span>}
      {action}
    </header>
    {children}
  </Tag>
)
