import { Button } from '@mantine/core'
import { MapPinOff } from 'lucide-react'
import { Link, useLocation } from 'react-router'
import { useText } from '../i18n/language'
import { usePageTitle } from '../shared/usePageTitle'
import classes from './NotFound.module.css'

/** An address that leads nowhere says so; it is nobody's wish to see the list instead. */
export const NotFound = () => {
  const words = useText().app.notFound
  const { pathname } = useLocation()
  usePageTitle(words.title)
  return (
    <section className={classes.notFound}>
      <MapPinOff size={40} strokeWidth={1.5} aria-hidden />
      <h1>{words.title}</h1>
      <p>
        {words.words} <code>{pathname}</code>
      </p>
      <Button component={Link} to="/files">
        {words.list}
      </Button>
    </section>
  )
}
