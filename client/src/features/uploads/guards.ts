import { text } from '../../i18n/language'
import { announced } from '../../shared/announce'
import { setTitlePart } from '../../shared/documentTitle'
import { percentOf } from '../../shared/format'
import type { AppStore } from '../../store/state'
import { tellWhenHidden } from './systemNotice'
import { selectTotals, type UploadTotals } from './uploadsSlice'

const NOTE_GAP_MS = 2000
const QUARTERS = [25, 50, 75]

/** Pure: how far the uploads are, for the title of the window; null when nothing moves. */
export const progressTitle = ({ moving, sent, size }: UploadTotals): string | null =>
  moving === 0 ? null : text().uploads.title(percentOf(sent, size), moving)

/**
 * Pure: the sentence a screen reader should speak between two looks at the totals, or null. At the
 * start, at each quarter, at the end, and for a failure; nothing in between.
 */
export const noteBetween = (before: UploadTotals, after: UploadTotals): string | null => {
  const words = text().uploads.said
  if (after.failed > before.failed) return words.failed(after.failed)
  if (before.moving === 0 && after.moving > 0) return words.started(after.moving)
  if (before.moving > 0 && after.moving === 0 && after.finished > before.finished && after.paused === 0)
    return words.finished(after.finished)
  if (after.moving === 0 || after.files !== before.files) return null
  const [was, is] = [percentOf(before.sent, before.size), percentOf(after.sent, after.size)]
  const quarter = QUARTERS.findLast((mark) => was < mark && is >= mark)
  return quarter === undefined ? null : words.quarter(quarter)
}

/** The screen stays on while bytes move; the browser drops the lock when the tab is hidden. */
const keepAwake = () => {
  let lock: WakeLockSentinel | null = null
  let wanted = false
  const apply = async () => {
    if (!('wakeLock' in navigator) || document.visibilityState !== 'visible') return
    if (wanted && !lock) lock = await navigator.wakeLock.request('screen').catch(() => null)
    if (!wanted && lock) {
      await lock.release().catch(() => undefined)
      lock = null
    }
  }
  const shown = () => {
    if (document.visibilityState === 'hidden') lock = null
    void apply()
  }
  document.addEventListener('visibilitychange', shown)
  return {
    want: (value: boolean) => {
      if (wanted === value) return
      wanted = value
      void apply()
    },
    stop: () => document.removeEventListener('visibilitychange', shown),
  }
}

/** Title, wake lock, spoken notes and the question before leaving; all follow the totals. */
export const guardUploads = (store: AppStore): (() => void) => {
  const awake = keepAwake()
  let before = selectTotals(store.getState())
  let spokenAt = 0
  const leaving = (event: BeforeUnloadEvent) => {
    if (selectTotals(store.getState()).sending) event.preventDefault()
  }
  const look = () => {
    const after = selectTotals(store.getState())
    if (after === before) return
    setTitlePart('progress', progressTitle(after))
    awake.want(after.sending)
    const note = noteBetween(before, after)
    const important = note !== null && (after.moving === 0 || after.failed > before.failed)
    tellWhenHidden(before, after)
    before = after
    if (note === null || (!important && Date.now() - spokenAt < NOTE_GAP_MS)) return
    spokenAt = Date.now()
    store.dispatch(announced(note))
  }
  const stop = store.subscribe(look)
  window.addEventListener('beforeunload', leaving)
  return () => {
    stop()
    awake.want(false)
    awake.stop()
    window.removeEventListener('beforeunload', leaving)
    setTitlePart('progress', null)
  }
}
