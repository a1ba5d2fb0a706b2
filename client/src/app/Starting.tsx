import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { bootSession } from '../api/authApi'
import { useText } from '../i18n/language'
import { Mark } from '../shared/Mark'
import { useAppDispatch } from '../store/hooks'
import classes from './Starting.module.css'

const SLOW_MS = 3000

/** Shown until the server has said who is signed in; silent at first, since that is quick. */
export const Starting = () => {
  const dispatch = useAppDispatch()
  const words = useText()
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <main className={classes.starting} aria-busy="true">
      <Mark size={40} />
      {slow && (
        <>
          <p>{words.app.slow}</p>
          <Button variant="default" onClick={() => void dispatch(bootSession())}>
            {words.shared.tryAgain}
          </Button>
        </>
      )}
    </main>
  )
}
