/** Runs `lead` while this tab holds the lock, which the browser frees when the tab ends. */
export const holdLock = (name: string, signal: AbortSignal, lead: () => void): void => {
  const hold = () => {
    lead()
    return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  }
  // Without a secure context there are no locks; then each tab looks after itself.
  if (!('locks' in navigator)) void hold()
  else navigator.locks.request(name, { signal }, hold).catch(() => undefined)
}
