import type { User } from './types'

/** All tabs of a browser share one cookie, and so one account; this is where they tell each other whose. */
const CHANNEL = 'parquay-session'

/** Tells the other tabs who is signed in from now on; null: nobody. */
export const tellTabs = (user: User | null): void => {
  const channel = new BroadcastChannel(CHANNEL)
  channel.postMessage(user)
  channel.close()
}

/** Calls `changed` for what other tabs tell. Returns how to stop. */
export const onTabs = (changed: (user: User | null) => void): (() => void) => {
  const channel = new BroadcastChannel(CHANNEL)
  channel.onmessage = ({ data }: MessageEvent<User | null>) => changed(data)
  return () => channel.close()
}
