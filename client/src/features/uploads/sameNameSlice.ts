import { createSlice, type PayloadAction, type WithSlice } from '@reduxjs/toolkit'
import { signedOut } from '../../api/session'
import type { Target } from './types'

/** What becomes of a file that is called like a table: it stays for itself, or its rows go into the table. */
export type SameNameAnswer = 'new' | 'replace' | 'append'
/** A question about an upload. `answer` null: nobody has said yet; `outcome`: what came of it, in a sentence. */
export type SameName = {
  fileId: string
  table: Target
  uploadedAt: string
  answer: SameNameAnswer | null
  outcome: { failed: boolean; words: string } | null
}
/** `standing`: answers for uploads of the same drop, asked or not. By the id of the upload. */
type State = { asked: Record<string, SameName>; standing: Record<string, SameNameAnswer> }

const sameName = createSlice({
  name: 'sameName',
  initialState: { asked: {}, standing: {} } as State,
  reducers: {
    sameNameFound: (
      state,
      { payload: { id, ...found } }: PayloadAction<{ id: string } & Omit<SameName, 'answer' | 'outcome'>>,
    ) => {
      state.asked[id] ??= { ...found, answer: state.standing[id] ?? null, outcome: null }
    },
    sameNameAnswered: (
      { asked, standing },
      { payload: { ids, answer } }: PayloadAction<{ ids: string[]; answer: SameNameAnswer }>,
    ) => {
      for (const id of ids) {
        standing[id] = answer
        const question = asked[id]
        if (question) question.answer ??= answer
      }
    },
    sameNameDone: (
      { asked },
      { payload: { id, ...outcome } }: PayloadAction<{ id: string; failed: boolean; words: string }>,
    ) => {
      const question = asked[id]
      if (question) question.outcome = outcome
    },
  },
  extraReducers: (build) => build.addCase(signedOut, () => ({ asked: {}, standing: {} })),
  selectors: {
    selectSameName: (state, id: string): SameName | undefined => state.asked[id],
    /** Whether one of these uploads waits for an answer, or for what it was answered. */
    selectIsAsking: (state, ids: string[]): boolean =>
      ids.some((id) => {
        const { answer, outcome } = state.asked[id] ?? { answer: 'new', outcome: null }
        return answer !== 'new' && outcome === null
      }),
  },
})

export const { sameNameFound, sameNameAnswered, sameNameDone } = sameName.actions
export const { selectSameName, selectIsAsking } = sameName.selectors
export const sameNameSlice = sameName

declare module '../../store/state' {
  interface RootState extends WithSlice<typeof sameNameSlice> {}
}
