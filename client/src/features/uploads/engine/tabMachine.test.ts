import { describe, expect, test } from 'vitest'
import type { UploadBatch, UploadCommand } from '../types'
import { newTab, type Tab, type TabEffect, type TabEvent, tabStep } from './tabMachine'

const batch: UploadBatch = { upsert: [], remove: [], full: true }
const wake: UploadCommand = { type: 'wake' }
const pauseAll: UploadCommand = { type: 'pauseAll' }
const ROLES = ['joining', 'following', 'leading', 'closed'] as const
type Role = (typeof ROLES)[number]
const tab = (role: Role): Tab => ({ role, early: [] })

const applied: TabEffect = { type: 'apply', batch }
const toasted: TabEffect = { type: 'toast', title: 'a.csv', detail: 'No.' }
const posted = (message: Extract<TabEffect, { type: 'post' }>['message']): TabEffect => ({
  type: 'post',
  message,
})
const stays = (role: Role, ...effects: TabEffect[]) => ({ role, effects })

type Outcome = ReturnType<typeof stays>
const TABLE: [string, TabEvent, Record<Exclude<Role, 'closed'>, Outcome>][] = [
  [
    'a command of its own',
    { type: 'command', command: wake },
    {
      joining: stays('joining'),
      following: stays('following', posted({ kind: 'command', command: wake })),
      leading: stays('leading', { type: 'run', command: wake }),
    },
  ],
  [
    'a command of another tab',
    { type: 'received', message: { kind: 'command', command: wake } },
    {
      joining: stays('joining'),
      following: stays('following'),
      leading: stays('leading', { type: 'run', command: wake }),
    },
  ],
  [
    'a batch',
    { type: 'received', message: { kind: 'batch', batch } },
    {
      joining: stays('following', applied),
      following: stays('following', applied),
      leading: stays('leading'),
    },
  ],
  [
    'a greeting',
    { type: 'received', message: { kind: 'hello' } },
    {
      joining: stays('joining'),
      following: stays('following'),
      leading: stays('leading', { type: 'publishAll' }),
    },
  ],
  [
    'something that the leader says',
    { type: 'received', message: { kind: 'say', title: 'a.csv', detail: 'No.' } },
    {
      joining: stays('joining', toasted),
      following: stays('following', toasted),
      leading: stays('leading', toasted),
    },
  ],
  [
    'the lock',
    { type: 'elected' },
    {
      joining: stays('leading', { type: 'lead', takesOver: false }),
      following: stays('leading', { type: 'lead', takesOver: true }),
      leading: stays('leading', { type: 'lead', takesOver: false }),
    },
  ],
  [
    'news of its own',
    { type: 'published', batch },
    {
      joining: stays('joining', applied, posted({ kind: 'batch', batch })),
      following: stays('following', applied, posted({ kind: 'batch', batch })),
      leading: stays('leading', applied, posted({ kind: 'batch', batch })),
    },
  ],
  [
    'its end',
    { type: 'closed' },
    {
      joining: stays('closed'),
      following: stays('closed'),
      leading: stays('closed', { type: 'suspend' }),
    },
  ],
]

describe.each(TABLE)('%s', (_, event, outcomes) => {
  test.each(Object.entries(outcomes))('for one that is %s', (role, expected) => {
    const [after, effects] = tabStep(tab(role as Role), event)
    expect({ role: after.role, effects }).toEqual(expected)
  })
  test('is nothing any more to one that is closed', () => {
    expect(tabStep(tab('closed'), event)).toEqual([tab('closed'), []])
  })
})

test.each([true, false])('what is said is shown where the person looks (here: %s)', (visible) => {
  const [, effects] = tabStep(tab('leading'), { type: 'said', title: 'a.csv', detail: 'No.', visible })
  expect(effects).toEqual([visible ? toasted : posted({ kind: 'say', title: 'a.csv', detail: 'No.' })])
})

const early = [wake, pauseAll].reduce((now, command) => tabStep(now, { type: 'command', command })[0], newTab)

test('what was asked for early is passed on to the tab that leads', () => {
  const [after, effects] = tabStep(early, { type: 'received', message: { kind: 'batch', batch } })
  expect(effects).toEqual([
    applied,
    posted({ kind: 'command', command: wake }),
    posted({ kind: 'command', command: pauseAll }),
  ])
  expect(after.early).toEqual([])
})

test('what was asked for early is done by the tab itself when it leads', () => {
  const [after, effects] = tabStep(early, { type: 'elected' })
  expect(effects.slice(1)).toEqual([
    { type: 'run', command: wake },
    { type: 'run', command: pauseAll },
  ])
  expect(after.early).toEqual([])
})
