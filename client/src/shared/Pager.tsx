import { ActionIcon } from '@mantine/core'
import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import classes from './Pager.module.css'

const ICONS = { first: ChevronFirst, previous: ChevronLeft, next: ChevronRight, last: ChevronLast } as const

type ButtonProps = { to: keyof typeof ICONS; label: string; disabled: boolean; onClick: () => void }

export const PagerButton = ({ to, label, disabled, onClick }: ButtonProps) => {
  const Icon = ICONS[to]
  return (
    <ActionIcon variant="default" aria-label={label} disabled={disabled} onClick={onClick}>
      <Icon size={16} aria-hidden />
    </ActionIcon>
  )
}

type Props = {
  label: string
  /** How many are on a page, where that can be chosen. */
  size?: ReactNode
  /** What the page shows of how much. */
  range: ReactNode
  /** There is much in it, which may take a second line. */
  wraps?: boolean
  children: ReactNode
}

/** What stands below a list that comes page by page; `children` are its buttons. */
export const Pager = ({ label, size, range, wraps = false, children }: Props) => (
  <nav className={classes.pager} aria-label={label} data-wraps={wraps || undefined}>
    {size}
    <span className={classes.range}>{range}</span>
    {children}
  </nav>
)
