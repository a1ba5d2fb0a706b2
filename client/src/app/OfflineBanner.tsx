import { WifiOff } from 'lucide-react'
import { selectOnline } from '../api/connection'
import { selectTotals } from '../features/uploads/uploadsSlice'
import { plural } from '../shared/format'
import { useAppSelector } from './hooks'
import classes from './Shell.module.css'

export const OfflineBanner = () => {
  const online = useAppSelector(selectOnline)
  const moving = useAppSelector((state) => selectTotals(state).moving)
  return (
    <div role="status">
      {!online && (
        <div className={classes.banner}>
          <WifiOff size={16} aria-hidden />
          You are offline.{' '}
          {moving > 0
            ? `${plural(moving, 'upload')} will go on by themselves.`
            : 'The page catches up when you are back.'}
        </div>
      )}
    </div>
  )
}
