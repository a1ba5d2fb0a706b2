import { expect, test } from 'vitest'
import { linkedUrl } from './useDownloadUrl'

test.each([
  ['/api/files/a/content', null, '/api/files/a/content'],
  ['/api/files/a/content', 'pql_x', '/api/files/a/content?link=pql_x'],
  ['/api/files/a/rejects?format=csv', 'a+b&c', '/api/files/a/rejects?format=csv&link=a%2Bb%26c'],
])('%s with the link %s is %s', (url, token, expected) => expect(linkedUrl(url, token)).toBe(expected))
