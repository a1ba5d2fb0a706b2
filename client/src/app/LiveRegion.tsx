import { selectAnnouncement } from '../shared/announce'
import { useAppSelector } from '../store/hooks'

/** What screen readers speak. */
export const LiveRegion = () => (
  <div className="sr-only" role="status" aria-live="polite" data-testid="announcer">
    {useAppSelector(selectAnnouncement)}
  </div>
)
