import Uppy from '@uppy/core'
import type { TusBody } from '@uppy/tus'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { UploadMeta } from './toRow'
import { attachBridge } from './uppyBridge'

const bridged = () => {
  const uppy = new Uppy<UploadMeta, TusBody>()
  const publish = vi.fn<Parameters<typeof attachBridge>[1]>()
  return { uppy, publish, bridge: attachBridge(uppy, publish) }
}
const add = (uppy: Uppy<UploadMeta, TusBody>, name: string) =>
  uppy.addFile({ name, type: 'text/csv', data: new Blob([name]), source: 'test' })

describe('the bridge', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('puts many changes into one batch', () => {
    const { uppy, publish } = bridged()
    const ids = ['a.csv', 'b.csv'].map((name) => add(uppy, name))
    for (let n = 0; n < 50; n += 1) uppy.setFileState(ids[0] ?? '', { size: n })
    vi.advanceTimersByTime(250)
    expect(publish).toHaveBeenCalledExactlyOnceWith({ changed: ids, gone: [] })
  })

  test('names only the file that changed', () => {
    const { uppy, publish } = bridged()
    add(uppy, 'a.csv')
    const second = add(uppy, 'b.csv')
    vi.advanceTimersByTime(250)
    uppy.setFileState(second, { size: 9 })
    vi.advanceTimersByTime(250)
    expect(publish).toHaveBeenLastCalledWith({ changed: [second], gone: [] })
  })

  test('tells when a file is gone', () => {
    const { uppy, publish } = bridged()
    const id = add(uppy, 'a.csv')
    vi.advanceTimersByTime(250)
    uppy.removeFile(id)
    vi.advanceTimersByTime(250)
    expect(publish).toHaveBeenLastCalledWith({ changed: [], gone: [id] })
  })

  test('says nothing while nothing changes', () => {
    const { uppy, publish } = bridged()
    uppy.setState({ totalProgress: 50 })
    vi.advanceTimersByTime(1000)
    expect(publish).not.toHaveBeenCalled()
  })

  test('a touched file is published though Uppy did not change it', () => {
    const { uppy, publish, bridge } = bridged()
    const id = add(uppy, 'a.csv')
    vi.advanceTimersByTime(250)
    bridge.touch(id)
    bridge.flush()
    expect(publish).toHaveBeenCalledTimes(2)
  })
})
