import { expect, test } from 'vitest'
import { withLink } from './baseApi'

test.each([['/files/a'], [{ url: '/files/a' }], [{ url: '/files/a', headers: { 'If-Match': '"1"' } }]])(
  'a request of somebody with a link has its token and no cookie: %j',
  (args) => {
    const { url, credentials, headers } = withLink(args, 'pql_x')

    expect(url).toBe('/files/a')
    expect(credentials).toBe('omit')
    expect((headers as Headers).get('Authorization')).toBe('Bearer pql_x')
    if (typeof args === 'object' && 'headers' in args)
      expect((headers as Headers).get('If-Match')).toBe('"1"')
  },
)
