// A real OpenID Connect provider: `node provider.mjs PORT CLIENT_ID CLIENT_SECRET REDIRECT_URI`.
// Whoever signs in is who they say they are; names beginning with "staff" are of the group staff, their e-mail address
// is verified.
import { createServer } from 'node:http'
import Provider from 'oidc-provider'

const [port, clientId, secret, redirectUri] = process.argv.slice(2)
const issuer = `http://127.0.0.1:${port}`
const provider = new Provider(issuer, {
  clients: [{ client_id: clientId, client_secret: secret, redirect_uris: [redirectUri] }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['preferred_username', 'groups'] },
  cookies: { keys: ['a key of the tests'] },
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  findAccount: async (_, id) => ({
    accountId: id,
    claims: async () => ({
      sub: id,
      preferred_username: id,
      email: `${id}@example.com`,
      email_verified: id.startsWith('staff'),
      groups: id.startsWith('staff') ? ['staff', ...(id.endsWith('admin') ? ['admins'] : [])] : ['guests'],
    }),
  }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
})

/** Signs in whoever the query names and grants everything that is asked for. */
const interact = async (request, response) => {
  const { prompt, params } = await provider.interactionDetails(request, response)
  const name = new URL(request.url, issuer).searchParams.get('as')
  if (name === null) return response.writeHead(200).end('who are you?')
  if (name === '') return provider.interactionFinished(request, response, { error: 'access_denied' })
  const grant = new provider.Grant({ accountId: name, clientId: params.client_id })
  grant.addOIDCScope(params.scope)
  const consent = { grantId: await grant.save() }
  await provider.interactionFinished(request, response, { login: { accountId: name }, consent })
  return prompt
}

const answer = provider.callback()
createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response)
  interact(request, response).catch((error) => response.writeHead(500).end(String(error)))
}).listen(Number(port), '127.0.0.1', () => console.log('ready'))
