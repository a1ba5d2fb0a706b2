import { useParams } from 'react-router'
import { LanguageChoice } from '../features/auth/LanguageChoice'
import { LinkGate } from '../features/links/LinkGate'
import { useText } from '../i18n/language'
import { Mark } from '../shared/Mark'
import { FileWithTable } from './FileRoute'
import classes from './LinkRoute.module.css'
import { ThemeMenu } from './ThemeMenu'

/** What a link shows: one file with its table, and nothing that has to do with an account. */
const LinkRoute = () => {
  const { token } = useParams()
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
        {token !== undefined && (
          <LinkGate key={token} token={token} show={(fileId) => <FileWithTable id={fileId} />} />
        )}
      </main>
    </>
  )
}

export default LinkRoute
