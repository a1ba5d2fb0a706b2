import type { ReactNode } from 'react'
import classes from './Hint.module.css'

type Props = { as?: 'p' | 'span'; children: ReactNode }

/** A few soft words beside what they are about. */
export const Hint = ({ as: Tag = 'span', children }: Props) => <Tag className={classes.hint}>{children}</Tag>
