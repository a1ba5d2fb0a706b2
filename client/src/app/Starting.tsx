import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { bootSession } from '../api/authApi'
import { Mark } from '../shared/Mark'
import { useAppDispatch } from './hooks'
import classes from './Shell.module.css'

const SLOW_MS = 3000

/** Shown until the server has said who is signed in; silent at first, since that is quick. */
export const Starting = () => {
  const dispatch = useAppDispatch()
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
          <p>The server does not answer yet.</p>
          <Button variant="default" onClick={() => void dispatch(bootSession())}>
            Try again
          </Button>
        </>
      )}
    </main>
  )
}
