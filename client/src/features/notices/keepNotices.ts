import type { AppStore } from '../../store/state'
import { type Notice, noticesLoaded } from './noticesSlice'

const isNotice = (value: unknown): value is Notice =>
  typeof value === 'object' && value !== null && 'fileId' in value && 'kind' in value && 'read' in value

const parsed = (kept: string | null): Notice[] => {
  try {
    const found: unknown = JSON.parse(kept ?? '[]')
    return Array.isArray(found) ? found.filter(isNotice) : []
  } catch {
    return []
  }
}

/** Keeps one user's notices in this browser, over reloads and for all of its tabs. Returns how to stop. */
export const keepNotices = (userId: string, store: AppStore): (() => void) => {
  const key = `parquay-notices-${userId}`
  let written = localStorage.getItem(key)
  store.dispatch(noticesLoaded(parsed(written)))
  const stop = store.subscribe(() => {
    const { notices, session } = store.getState()
    const now = JSON.stringify(notices)
    if (session.user?.id !== userId || now === (written ?? '[]')) return
    written = now
    localStorage.setItem(key, now)
  })
  const changedElsewhere = (event: StorageEvent) => {
    if (event.key !== key) return
    written = event.newValue
    store.dispatch(noticesLoaded(parsed(written)))
  }
  window.addEventListener('storage', changedElsewhere)
  return () => {
    stop()
    window.removeEventListener('storage', changedElsewhere)
  }
}
