const TUS_KEY = 'tus::'

/** Forgets the address of an upload, so that the same file chosen again starts as a new one. */
const forgetAddress = (uploadUrl: string): void => {
  for (const key of Object.keys(localStorage))
    if (key.startsWith(TUS_KEY) && localStorage.getItem(key)?.includes(uploadUrl))
      localStorage.removeItem(key)
}

/**
 * Deletes an unfinished upload on the server. The uploader does so itself only for a file that it is
 * sending; one that failed, or that was only restored after a reload, is deleted here.
 */
export const deleteOnServer = async (uploadUrl: string): Promise<void> => {
  forgetAddress(uploadUrl)
  await fetch(uploadUrl, {
    method: 'DELETE',
    credentials: 'same-origin',
    headers: { 'Tus-Resumable': '1.0.0' },
    keepalive: true,
  }).catch(() => undefined)
}
