import { WifiOff } from 'lucide-react'
import { selectOnline } from '../api/connection'
import { selectTotals } from '../features/uploads/uploadsSlice'
import { useText } from '../i18n/language'
import { useAppSelector } from '../store/hooks'
import classes from './OfflineBanner.module.css'

export const OfflineBanner = () => {
  const words = useText().app.offline
  const online = useAppSelector(selectOnline)
  const moving = useAppSelector((state) => selectTotals(state).moving)
  return (
    <div role="status">
      {!online && (
        <div className={classes.banner}>
          <WifiOff size={16} aria-hidden />
          {words.title} {moving > 0 ? words.uploads(moving) : words.pages}
        </div>
      )}
    </div>
  )
}
