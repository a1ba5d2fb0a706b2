import type { CSSProperties, ReactNode } from 'react'
import classes from './ScrollBox.module.css'

type Props = { label: string; maxHeight?: CSSProperties['maxHeight']; children: ReactNode }

/** A table that may be larger than its place; who uses the keyboard can scroll it too. */
export const ScrollBox = ({ label, maxHeight, children }: Props) => (
  <section className={classes.box} style={{ maxHeight }} tabIndex={0} aria-label={label}>
    {children}
  </section>
)
