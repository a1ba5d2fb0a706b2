// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import type Uppy from '@uppy/core'
import type { TusBody } from '@uppy/tus'
import type { HttpRequest, HttpResponse } from 'tus-js-client'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { makeUppy } from './makeUppy'
import type { UploaderHooks } from './requestGuard'
import type { UploadFile, UploadMeta } from './toRow'

const request = (method: string) => ({ getMethod: () => method }) as HttpRequest
const response = (status: number, headers: Record<string, string> = {}) =>
  ({ getStatus: () => status, getHeader: (name: string) => headers[name] }) as HttpResponse
const file = { id: 'f1' } as UploadFile

describe('the guard on HEAD', () => {
  let hooks: UploaderHooks
  let uppy: Uppy<UploadMeta, TusBody>
  beforeEach(() => {
    hooks = {
      whenSignedIn: async () => undefined,
      onExpired: vi.fn(),
      isWanted: () => true,
      onRetry: vi.fn(),
      onOffset: vi.fn(),
      onGone: vi.fn(),
    }
    uppy = makeUppy('guard', hooks)
  })

  const answered = async (method: string, answer: HttpResponse) => {
    const opts = uppy.getPlugin('Tus')?.opts
    const asked = request(method)
    await opts?.onBeforeRequest?.(asked, file)
    await opts?.onAfterResponse?.(asked, answer)
  }

  test.each([401, 429, 500, 502, 503])(
    '%i is thrown, so that the address is kept and asked again',
    async (status) => {
      await expect(answered('HEAD', response(status))).rejects.toThrow(String(status))
    },
  )

  test('401 also says that the session is over', async () => {
    await answered('HEAD', response(401)).catch(() => undefined)
    expect(hooks.onExpired).toHaveBeenCalledOnce()
  })

  test('an offset is passed on', async () => {
    await answered('HEAD', response(200, { 'Upload-Offset': '4096' }))
    expect(hooks.onOffset).toHaveBeenCalledExactlyOnceWith('f1', 4096)
  })

  test('404 lets a new upload begin and says so', async () => {
    await answered('HEAD', response(404))
    expect(hooks.onGone).toHaveBeenCalledExactlyOnceWith('f1')
  })

  test('other methods are none of its business', async () => {
    await expect(answered('PATCH', response(503))).resolves.toBeUndefined()
  })

  test('a request of a file that was paused meanwhile is never sent', async () => {
    uppy = makeUppy('paused', { ...hooks, isWanted: () => false })
    const sent = vi.fn()
    void Promise.resolve(uppy.getPlugin('Tus')?.opts.onBeforeRequest?.(request('PATCH'), file)).then(sent)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(sent).not.toHaveBeenCalled()
  })

  test('a request waits until somebody is signed in', async () => {
    let signIn: (() => void) | undefined
    const whenSignedIn = () => new Promise<void>((resolve) => (signIn = resolve))
    uppy = makeUppy('expired', { ...hooks, whenSignedIn })
    const sent = vi.fn()
    const asked = Promise.resolve(uppy.getPlugin('Tus')?.opts.onBeforeRequest?.(request('PATCH'), file)).then(
      sent,
    )
    expect(sent).not.toHaveBeenCalled()
    signIn?.()
    await asked
    expect(sent).toHaveBeenCalledOnce()
  })
})
