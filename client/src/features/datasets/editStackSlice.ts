import { createSlice, type PayloadAction, type WithSlice } from '@reduxjs/toolkit'
import { signedOut } from '../../api/session'

/** Versions that were made here by edits of rows and can be taken back, and those that took some back. */
type EditStack = { made: number[]; undone: number[] }
type Step = { id: string; version: number }

const STEPS_MAX = 100
const EMPTY: EditStack = { made: [], undone: [] }
const pushed = (versions: number[], version: number) => [...versions, version].slice(-STEPS_MAX)

/** The edits of this session, by table: what Undo and Redo take back. */
const editStack = createSlice({
  name: 'editStack',
  initialState: {} as Record<string, EditStack>,
  reducers: {
    /** An edit was made; what was undone before it cannot be done again. */
    versionMade: (state, { payload: { id, version } }: PayloadAction<Step>) => {
      state[id] = { made: pushed((state[id] ?? EMPTY).made, version), undone: [] }
    },
    /** The newest edit was taken back by `version`; null: it cannot be. */
    editUndone: (
      state,
      { payload: { id, version } }: PayloadAction<{ id: string; version: number | null }>,
    ) => {
      const { made, undone } = state[id] ?? EMPTY
      state[id] = { made: made.slice(0, -1), undone: version === null ? undone : pushed(undone, version) }
    },
    /** What was taken back last is done again by `version`; null: it cannot be. */
    editRedone: (
      state,
      { payload: { id, version } }: PayloadAction<{ id: string; version: number | null }>,
    ) => {
      const { made, undone } = state[id] ?? EMPTY
      state[id] = { made: version === null ? made : pushed(made, version), undone: undone.slice(0, -1) }
    },
  },
  extraReducers: (build) => build.addCase(signedOut, () => ({})),
  selectors: {
    /** The version that Undo takes back; null: there is none. */
    selectUndo: (state, id: string): number | null => state[id]?.made.at(-1) ?? null,
    selectRedo: (state, id: string): number | null => state[id]?.undone.at(-1) ?? null,
  },
})

export const { versionMade, editUndone, editRedone } = editStack.actions
export const { selectUndo, selectRedo } = editStack.selectors
export const editStackSlice = editStack

declare module '../../store/state' {
  interface RootState extends WithSlice<typeof editStackSlice> {}
}
