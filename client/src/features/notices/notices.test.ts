import { expect, test } from 'vitest'
import { signedOut } from '../../api/session'
import {
  type Notice,
  noticed,
  noticeOfAnnounced,
  noticesRead,
  noticesSlice,
  selectUnread,
} from './noticesSlice'

const notice = (fields: Partial<Notice>): Notice => ({
  id: 'done-1',
  kind: 'done',
  fileId: '1',
  name: 'a.csv',
  owner: 'me',
  role: 'owner',
  rows: 3,
  rejects: 0,
  at: 0,
  read: false,
  ...fields,
})
const reduce = (...actions: Parameters<typeof noticesSlice.reducer>[1][]) =>
  actions.reduce(noticesSlice.reducer, [] as Notice[])

test('the newest stands first', () => {
  const state = reduce(noticed(notice({ id: 'a' })), noticed(notice({ id: 'b' })))
  expect(state.map(({ id }) => id)).toEqual(['b', 'a'])
})

test('files that cannot be seen are told without a way to open them, the newest of each owner', () => {
  const announcement = { owner: 'ann', name: 'plan.csv', at: '2026-01-02T03:04:05.006Z' }
  const state = reduce(
    noticed(noticeOfAnnounced(announcement)),
    noticed(noticeOfAnnounced({ ...announcement, name: 'newer.csv' })),
    noticed(noticeOfAnnounced({ ...announcement, owner: null, name: null })),
  )
  expect(state.map(({ owner, name, fileId }) => [owner, name, fileId])).toEqual([
    ['', '', ''],
    ['ann', 'newer.csv', ''],
  ])
})

test('the same one does not come twice', () => {
  expect(reduce(noticed(notice({})), noticed(notice({})))).toHaveLength(1)
})

test('only the last fifty are kept', () => {
  const many = Array.from({ length: 70 }, (_, n) => noticed(notice({ id: `n${n}` })))
  expect(reduce(...many).map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, n) => `n${69 - n}`))
})

test('what was read does not count any more', () => {
  const unread = (state: Notice[]) => selectUnread({ notices: state })
  const two = reduce(noticed(notice({ id: 'a' })), noticed(notice({ id: 'b' })))
  expect(unread(two)).toBe(2)
  expect(unread(noticesSlice.reducer(two, noticesRead()))).toBe(0)
})

test('signing out takes them away', () => expect(reduce(noticed(notice({})), signedOut())).toEqual([]))
