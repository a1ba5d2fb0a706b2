// @vitest-environment jsdom
import { afterEach, expect, test } from 'vitest'
import { problemFromBody } from '../../api/problem'
import { setLanguage } from '../../i18n/language'
import { problemTitle } from './uploadProblem'

afterEach(() => setLanguage('en'))

const quota = problemFromBody(413, { code: 'quota_exceeded', detail: 'The quota of 5 bytes is used up.' })
const large = problemFromBody(413, { code: 'too_large', detail: 'More than 5 bytes.' })
const full = problemFromBody(507, { code: 'storage_full', detail: 'The disk is full.' })

test('a spent quota, a file that is too large and a full disk are told apart, in both languages', async () => {
  expect([quota, large, full].map(problemTitle)).toEqual([
    'No room left',
    'Too large for the server',
    'The server is out of space',
  ])
  await setLanguage('de')
  expect([quota, large, full].map(problemTitle)).toEqual([
    'Kein Platz mehr',
    'Zu groß für den Server',
    'Der Server hat keinen Platz mehr',
  ])
})
