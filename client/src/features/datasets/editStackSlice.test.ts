import { expect, test } from 'vitest'
import { editRedone, editStackSlice, editUndone, selectRedo, selectUndo, versionMade } from './editStackSlice'

const after = (...actions: Parameters<typeof editStackSlice.reducer>[1][]) => {
  const editStack = actions.reduce(editStackSlice.reducer, editStackSlice.getInitialState())
  const state = { editStack } as Parameters<typeof selectUndo>[0]
  return [selectUndo(state, 'a'), selectRedo(state, 'a')]
}
const made = (version: number) => versionMade({ id: 'a', version })
const undone = (version: number | null) => editUndone({ id: 'a', version })
const redone = (version: number | null) => editRedone({ id: 'a', version })

test('what was made last is undone first, and done again by taking its undoing back', () => {
  expect(after()).toEqual([null, null])
  expect(after(made(1), made(2))).toEqual([2, null])
  expect(after(made(1), made(2), undone(3))).toEqual([1, 3])
  expect(after(made(1), made(2), undone(3), undone(4))).toEqual([null, 4])
  expect(after(made(1), made(2), undone(3), undone(4), redone(5))).toEqual([5, 3])
})
test('a new edit ends what could be done again', () => {
  expect(after(made(1), undone(2), made(3))).toEqual([3, null])
})
test('what cannot be taken back does not stand before what can', () => {
  expect(after(made(1), made(2), undone(null))).toEqual([1, null])
  expect(after(made(1), undone(2), redone(null))).toEqual([null, null])
})
test('tables have their own steps', () => {
  expect(after(versionMade({ id: 'b', version: 7 }))).toEqual([null, null])
})
