import { expect, test } from 'vitest'
import { signedOut } from '../../api/session'
import { draftsLost, draftsSeen, unsavedSlice } from './unsavedSlice'

const { reducer } = unsavedSlice
const lost = (text: string, reason = 'The row is gone.') =>
  draftsLost({ id: 't', reason, drafts: [{ label: 'city', text }] })
const after = (...actions: Parameters<typeof reducer>[1][]) => actions.reduce(reducer, {})
const texts = (state: ReturnType<typeof reducer>) =>
  (state.t ?? []).flatMap(({ drafts }) => drafts.map(({ text }) => text))

test('texts are kept until they were seen, also blanks, and nothing is no text', () => {
  expect(texts(after(lost('Oslo'), lost('  '), lost('')))).toEqual(['Oslo', '  '])
  expect(after(lost('Oslo'), draftsSeen('t'))).toEqual({})
})

test('the same text is said once for one reason', () =>
  expect(texts(after(lost('Oslo'), lost('Oslo'), lost('Oslo', 'Another reason.')))).toEqual(['Oslo', 'Oslo']))

test('nobody else sees them after signing out', () => expect(after(lost('Oslo'), signedOut())).toEqual({}))
