import type { Role } from '../../api/types'

/** What somebody may do with a table. Whoever edits may add to its history, and the owner alone turns it back. */
export type Rights = { mayEdit: boolean; mayRestore: boolean }

/** Pure: the rights of a role. */
export const rightsOf = (role: Role): Rights => ({
  mayEdit: role !== 'view',
  mayRestore: role === 'owner',
})
