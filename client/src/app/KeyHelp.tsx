import { useHotkeys } from '@mantine/hooks'
import { lazy, Suspense } from 'react'
import { useAppDispatch, useAppSelector } from '../store/hooks'
import { keyHelpTurned, selectKeyHelp } from './keyHelpSlice'

const KeyHelpDialog = lazy(() => import('./KeyHelpDialog'))

/** `?` opens the list of shortcuts, whose code comes with the first wish to see it. */
export const KeyHelp = () => {
  const dispatch = useAppDispatch()
  const open = useAppSelector(selectKeyHelp)
  useHotkeys([
    ['shift+?', () => dispatch(keyHelpTurned(true))],
    ['?', () => dispatch(keyHelpTurned(true))],
  ])
  return (
    open && (
      <Suspense>
        <KeyHelpDialog />
      </Suspense>
    )
  )
}
