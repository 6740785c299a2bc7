import type { Context, Hono } from 'hono'
import type { Auth } from '../ports/auth.ts'
import { RequestError } from '../errors.ts'
import type { Guard } from './authorize.ts'
import { clientAddress } from './client-address.ts'
import type { Environment } from './environment.ts'
import { readJsonBody } from './read-body.ts'

/** Where accounts are: signing up and in, sessions, passwords, second factors. */
export const authPath = '/api/v1/auth'

/** What is served there; whatever else the library could do is not reachable. */
const routes: Readonly<Record<string, readonly string[]>> = {
  'POST /sign-up/email': ['name', 'email', 'password', 'callbackURL'],
  'POST /sign-in/email': ['email', 'password', 'rememberMe', 'callbackURL'],
  'POST /sign-out': [],
  'GET /get-session': [],
  'GET /list-sessions': [],
  'POST /revoke-session': ['token'],
  'POST /revoke-sessions': [],
  'POST /revoke-other-sessions': [],
  'POST /send-verification-email': ['email', 'callbackURL'],
  'GET /verify-email': [],
  'POST /request-password-reset': ['email', 'redirectTo'],
  'POST /reset-password': ['token', 'newPassword'],
  'POST /change-password': ['currentPassword', 'newPassword', 'revokeOtherSessions'],
  'POST /update-user': ['name'],
  'POST /two-factor/enable': ['password'],
  'POST /two-factor/disable': ['password'],
  'POST /two-factor/get-totp-uri': ['password'],
  'POST /two-factor/generate-backup-codes': ['password'],
  'POST /two-factor/verify-totp': ['code', 'trustDevice'],
  'POST /two-factor/verify-backup-code': ['code', 'trustDevice'],
}

/** Of the request, what the library needs; nothing that claims to come from a proxy. */
const passedHeaders = ['authorization', 'cookie', 'origin', 'referer', 'user-agent']

/** Where a browser says the request comes from. Programs that send a mode and no site are none. */
const browserHeaders = ['sec-fetch-dest', 'sec-fetch-mode', 'sec-fetch-site']

/** Serves the accounts: bodies checked field by field, tries counted, failures as problem documents. */
export function mountAuth(app: Hono<Environment>, auth: Auth, guard: Guard): void {
  app.all(`${authPath}/*`, async (c, next) => {
    const name = c.req.path.slice(authPath.length)
    const method = c.req.method === 'HEAD' ? 'GET' : c.req.method
    const fields = routes[`${method} ${name}`]
    if (fields === undefined) return next()
    c.set('operation', `auth${name.replaceAll('/', '.')}`)
    const address = clientAddress(c, guard.trustedProxies)
    await guard.gate.request(`address:${address}`)
    await guard.gate.mayTry(address)
    const body = method === 'POST' ? await readFields(c, fields) : undefined
    const email = body?.['email']
    if (typeof email === 'string') await guard.gate.tryAccount(email)

    const headers = new Headers({ 'x-client-address': address })
    const isBrowser = c.req.header('sec-fetch-site') !== undefined
    for (const header of isBrowser ? [...passedHeaders, ...browserHeaders] : passedHeaders) {
      const value = c.req.header(header)
      if (value !== undefined) headers.set(header, value)
    }
    if (body !== undefined) headers.set('content-type', 'application/json')
    const answer = await auth.handle(
      new Request(c.req.url, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
    if (answer.status >= 400) {
      // A wrong password, code or link; what is merely malformed guesses at nothing.
      if (answer.status !== 400 || tellsOfSecret(name)) await guard.gate.refused(address)
      throw await problemOfAnswer(answer)
    }
    const kept = new Response(answer.body, answer)
    kept.headers.set('cache-control', 'no-store')
    return kept
  })
}

/** Paths whose 400 may mean that a secret was wrong. */
function tellsOfSecret(name: string): boolean {
  return name.startsWith('/two-factor/') || name.endsWith('-password')
}

async function readFields(
  c: Context<Environment>,
  fields: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const body: unknown = await readJsonBody(c)
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new RequestError('invalid_request', 'The body is an object with fields, and is not.')
  }
  const unknown = Object.keys(body).filter((name) => !fields.includes(name))
  if (unknown.length > 0) {
    throw new RequestError('invalid_request', 'The body has fields that are not taken here.', {
      issues: unknown.slice(0, 10).map((name) => ({
        path: `body.${name}`,
        message: `Unrecognized; taken are ${fields.join(', ') || 'none'}`,
      })),
    })
  }
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'boolean') continue
    if (typeof value === 'string' && value.length <= maxFieldLength && !value.includes('\0'))
      continue
    throw new RequestError(
      'invalid_request',
      `${name} is a text of ${maxFieldLength} characters at most.`,
      {
        issues: [{ path: `body.${name}`, message: 'a text, not as long' }],
      },
    )
  }
  return Object.fromEntries(Object.entries(body))
}

/** A link is the longest of them. */
const maxFieldLength = 2_048

/** The library's failures in this server's words; its own are kept as the detail. */
async function problemOfAnswer(answer: Response): Promise<Error> {
  const text = await answer.text()
  const { code, message } = readFailure(text)
  if (answer.status >= 500) return new Error(`accounts answered ${answer.status}: ${code}`)
  const detail = message === '' ? 'The request was refused.' : `${message}.`
  switch (answer.status) {
    case 401:
      return new RequestError('invalid_credential', detail, {
        headers: { 'www-authenticate': 'Bearer' },
      })
    case 403:
      return new RequestError('forbidden', detail)
    case 404:
      return new RequestError('not_found', detail)
    case 423:
    case 429:
      return new RequestError('rate_limited', detail, { headers: { 'retry-after': '60' } })
    default:
      return new RequestError('invalid_request', detail, {
        issues: [{ path: 'body', message: code === '' ? detail : code }],
      })
  }
}

function readFailure(text: string): { readonly code: string; readonly message: string } {
  try {
    const { code, message } = JSON.parse(text) as { code?: unknown; message?: unknown }
    return {
      code: typeof code === 'string' ? code : '',
      message: typeof message === 'string' ? message.replace(/\.$/, '') : '',
    }
  } catch {
    return { code: '', message: '' } // No JSON: there is nothing to repeat.
  }
}
