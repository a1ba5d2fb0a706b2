import { createSlice, type PayloadAction, type WithSlice } from '@reduxjs/toolkit'
import { signedOut } from '../../api/session'
import type { Draft } from '../../shared/drafts'

/** What was written and cannot be saved any more: why, in a sentence, and the texts. */
export type Unsaved = { id: string; reason: string; drafts: Draft[] }

const sameAs =
  (draft: Draft) =>
  ({ label, text }: Draft): boolean =>
    label === draft.label && text === draft.text

/** Texts that have lost the cell or the column that they were for, until somebody has seen them: by table. */
const unsaved = createSlice({
  name: 'unsaved',
  initialState: {} as Record<string, Unsaved[]>,
  reducers: {
    draftsLost: (state, { payload }: PayloadAction<Unsaved>) => {
      const before = state[payload.id] ?? []
      const isSaid = (draft: Draft) =>
        before.some(({ reason, drafts }) => reason === payload.reason && drafts.some(sameAs(draft)))
      const drafts = payload.drafts.filter((draft) => draft.text !== '' && !isSaid(draft))
      if (drafts.length > 0) state[payload.id] = [...before, { ...payload, drafts }]
    },
    draftsSeen: (state, { payload }: PayloadAction<string>) => {
      delete state[payload]
    },
  },
  extraReducers: (build) => build.addCase(signedOut, () => ({})),
  selectors: { selectUnsaved: (state, id: string): Unsaved[] | undefined => state[id] },
})

export const { draftsLost, draftsSeen } = unsaved.actions
export const { selectUnsaved } = unsaved.selectors
export const unsavedSlice = unsaved

declare module '../../store/state' {
  interface RootState extends WithSlice<typeof unsavedSlice> {}
}
