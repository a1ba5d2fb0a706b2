// @vitest-environment jsdom
import '@testing-library/jest-dom/vitest'
import { MantineProvider } from '@mantine/core'
import { configureStore } from '@reduxjs/toolkit'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { Provider } from 'react-redux'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { Extra } from '../../../store/state'
import { uploadRow } from '../testUpload'
import type { UploadCommand, UploadPhase, UploadRow } from '../types'
import { uploadsSlice } from '../uploadsSlice'
import { UploadActions } from './UploadActions'

beforeAll(() => {
  // jsdom has no layout, so it cannot answer media queries.
  window.matchMedia = (query) =>
    ({ matches: false, media: query, addEventListener: () => {}, removeEventListener: () => {} }) as never
})
afterEach(cleanup)

const shown = (row: UploadRow) => {
  const send = vi.fn<(command: UploadCommand) => void>()
  const extraArgument: Extra = {
    uploads: { current: { send, stop: () => undefined } },
    uploadLeaders: new Map(),
  }
  const store = configureStore({
    reducer: uploadsSlice.reducer,
    middleware: (defaults) => defaults({ thunk: { extraArgument } }),
  })
  render(
    <Provider store={store}>
      <MantineProvider>
        <UploadActions row={row} />
      </MantineProvider>
    </Provider>,
  )
  return send
}
const names = () => screen.getAllByRole('button').map((button) => button.getAttribute('aria-label'))
const refused = (status: number) => ({ status, code: 'x', detail: 'No.', retryAfter: null, current: null })

test.each<[UploadPhase, string[]]>([
  ['uploading', ['Pause a.csv', 'Cancel a.csv']],
  ['paused', ['Resume a.csv', 'Cancel a.csv']],
  ['retrying', ['Retry now a.csv', 'Pause a.csv', 'Cancel a.csv']],
  ['queued', ['Upload next a.csv', 'Pause a.csv', 'Cancel a.csv']],
  ['cancelling', ['Undo cancelling a.csv']],
])('%s offers what makes sense, each named with its file', (phase, labels) => {
  shown(uploadRow({ phase }))
  expect(names()).toEqual(labels)
})

test.each([413, 415, 422])('a file refused with %i cannot be retried, only removed', (status) => {
  shown(uploadRow({ phase: 'failed', problem: refused(status) }))
  expect(names()).toEqual(['Remove a.csv'])
})

test.each([refused(507), { ...refused(413), code: 'quota_exceeded' }])(
  'a file for which there was no space ($status) can be retried',
  (problem) => {
    const send = shown(uploadRow({ phase: 'failed', problem }))
    fireEvent.click(screen.getByRole('button', { name: 'Retry a.csv' }))
    expect(send).toHaveBeenCalledExactlyOnceWith({ type: 'retry', id: 'a' })
  },
)
