import { expect, test } from 'vitest'
import { tokenIn } from './openedLink'

test.each([
  [null, null],
  ['', null],
  ['not json', null],
  ['7', null],
  ['{"link":"a"}', null],
  ['{"link":"a","token":7}', null],
  ['{"link":"b","token":"x"}', null],
  ['{"link":"a","token":"x"}', 'x'],
])('%s has the token %s for the link a', (kept, token) => expect(tokenIn(kept, 'a')).toBe(token))
