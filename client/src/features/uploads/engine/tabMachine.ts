import type { UploadBatch, UploadCommand } from '../types'

/** What tabs tell each other. */
export type Message =
  | { kind: 'hello' }
  | { kind: 'command'; command: UploadCommand }
  | { kind: 'batch'; batch: UploadBatch }
  | { kind: 'say'; title: string; detail: string }

/**
 * What a tab is to the user's uploads, as a state machine. Of all tabs one leads: it sends, and the others follow.
 *
 *     joining ──batch──▶ following ──elected──▶ leading ──closed──▶ closed
 *        └────────────────elected─────────────────▲
 *
 * `early`: what was asked for before it was known who sends.
 */
export type Tab = {
  readonly role: 'joining' | 'following' | 'leading' | 'closed'
  readonly early: UploadCommand[]
}

export type TabEvent =
  /** The person asks for something in this tab. */
  | { type: 'command'; command: UploadCommand }
  | { type: 'received'; message: Message }
  /** The lock is this tab's from now on. */
  | { type: 'elected' }
  /** This tab's own leader has news, or something to say; `visible`: the person looks at this tab. */
  | { type: 'published'; batch: UploadBatch }
  | { type: 'said'; title: string; detail: string; visible: boolean }
  | { type: 'closed' }

export type TabEffect =
  | { type: 'post'; message: Message }
  | { type: 'apply'; batch: UploadBatch }
  | { type: 'toast'; title: string; detail: string }
  /** `takesOver`: another tab had led until now. */
  | { type: 'lead'; takesOver: boolean }
  | { type: 'run'; command: UploadCommand }
  | { type: 'publishAll' | 'suspend' }

type Step = readonly [Tab, readonly TabEffect[]]

export const newTab: Tab = { role: 'joining', early: [] }

const runs = (command: UploadCommand): TabEffect => ({ type: 'run', command })
const posts = (command: UploadCommand): TabEffect => ({ type: 'post', message: { kind: 'command', command } })

const received = (tab: Tab, message: Message): Step => {
  const leads = tab.role === 'leading'
  if (message.kind === 'hello') return [tab, leads ? [{ type: 'publishAll' }] : []]
  if (message.kind === 'command') return [tab, leads ? [runs(message.command)] : []]
  if (message.kind === 'say') return [tab, [{ type: 'toast', title: message.title, detail: message.detail }]]
  // Two may lead for a moment where the browser has no locks: each shows its own.
  if (leads) return [tab, []]
  return [
    { role: 'following', early: [] },
    [{ type: 'apply', batch: message.batch }, ...tab.early.map(posts)],
  ]
}

const commanded = (tab: Tab, command: UploadCommand): Step => {
  if (tab.role === 'leading') return [tab, [runs(command)]]
  if (tab.role === 'following') return [tab, [posts(command)]]
  return [{ ...tab, early: [...tab.early, command] }, []]
}

/** Pure: what the tab is next, and what has to be done about it, in this order. */
export const tabStep = (tab: Tab, event: TabEvent): Step => {
  if (tab.role === 'closed') return [tab, []]
  switch (event.type) {
    case 'command':
      return commanded(tab, event.command)
    case 'received':
      return received(tab, event.message)
    case 'elected':
      return [
        { role: 'leading', early: [] },
        [{ type: 'lead', takesOver: tab.role === 'following' }, ...tab.early.map(runs)],
      ]
    case 'published': {
      const { batch } = event
      return [
        tab,
        [
          { type: 'apply', batch },
          { type: 'post', message: { kind: 'batch', batch } },
        ],
      ]
    }
    case 'said': {
      const { title, detail, visible } = event
      // The answer belongs where the person is, which may be another tab than the one that sends.
      const there: TabEffect = { type: 'post', message: { kind: 'say', title, detail } }
      return [tab, [visible ? { type: 'toast', title, detail } : there]]
    }
    case 'closed':
      return [{ role: 'closed', early: [] }, tab.role === 'leading' ? [{ type: 'suspend' }] : []]
  }
}
