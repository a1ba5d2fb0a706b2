import type { ReactNode } from 'react'
import { LanguageChoice } from '../features/auth/LanguageChoice'
import { useText } from '../i18n/language'
import { Mark } from '../shared/Mark'
import classes from './LinkShell.module.css'
import { ThemeMenu } from './ThemeMenu'

/** What stands around the page of a link: nothing that has to do with an account. */
export const LinkShell = ({ children }: { children: ReactNode }) => {
  const words = useText().app
  return (
    <>
      <a href="#main" className={classes.skip}>
        {words.skip}
      </a>
      <header className={classes.header}>
        <div className={classes.bar}>
          <span className={classes.brand}>
            <Mark />
            Parquay
          </span>
          <LanguageChoice />
          <ThemeMenu />
        </div>
      </header>
      <main id="main" className={classes.main} tabIndex={-1}>
        {children}
      </main>
    </>
  )
}
