import type { Context } from 'hono'
import type { AccountService } from '../features/accounts/service.ts'
import { anonymous, type Caller } from '../features/credentials/caller.ts'
import type { CredentialService } from '../features/credentials/service.ts'
import { RequestError } from '../errors.ts'
import type { Environment } from './environment.ts'
import { requireSameOrigin } from './same-origin.ts'

/** What a request presents, and in which header. */
interface Presented {
  readonly header: 'X-API-Key' | 'X-API-Token' | 'Authorization'
  readonly secret: string
}

/** Who can tell whose a credential is. */
export interface Identifiers {
  readonly credentials: CredentialService
  readonly accounts: AccountService
  /** Origin of this server, when it is fixed. */
  readonly publicUrl?: string | undefined
}

/**
 * Who sends this request: `X-API-Key`, then `X-API-Token`, then `Authorization: Bearer`; the first that is there
 * decides. One that is unknown, revoked or expired is refused wherever it is sent, on public reads too: a host that
 * thinks it is known should learn that it is not. Without any of them, a session cookie; one that is over is none,
 * since browsers send it unasked.
 *
 * @throws RequestError `invalid_credential`; `forbidden` for a cookie from a foreign page.
 */
export async function identifyCaller(
  c: Context<Environment>,
  identifiers: Identifiers,
): Promise<Caller> {
  const presented = presentedCredential(c)
  if (presented === undefined) return callerOfCookie(c, identifiers)
  if (presented.header === 'Authorization' && !presented.secret.startsWith('mothership_')) {
    return callerOfSession(presented.secret, identifiers)
  }
  const verdict = await identifiers.credentials.verify(presented.secret)
  if (!verdict.valid) throw refusal(`The credential in ${presented.header} ${verdict.reason}`)
  const { role } = verdict.caller
  if (presented.header === 'X-API-Key' && role === 'satellite') {
    throw refusal('X-API-Key holds a satellite token: send it as X-API-Token.')
  }
  if (presented.header === 'X-API-Token' && role !== 'satellite') {
    throw refusal(`X-API-Token holds a key of a ${role}: send it as X-API-Key.`)
  }
  return verdict.caller
}

/** Whether a request brings something to be checked, other than a cookie. */
export function presentsCredential(c: Context<Environment>): boolean {
  return ['X-API-Key', 'X-API-Token', 'Authorization'].some(
    (name) => c.req.header(name) !== undefined,
  )
}

async function callerOfSession(secret: string, { accounts }: Identifiers): Promise<Caller> {
  const caller = await accounts.signedIn(new Headers({ authorization: `Bearer ${secret}` }))
  if (caller === undefined) {
    throw refusal(
      'The credential in Authorization is no key of this server, and no session that holds: it was ended or has expired; sign in again.',
    )
  }
  return caller
}

const sessionCookie = /(?:^|;\s*)(?:__Secure-)?mothership\.session_token=/

async function callerOfCookie(
  c: Context<Environment>,
  { accounts, publicUrl }: Identifiers,
): Promise<Caller> {
  const cookie = c.req.header('cookie')
  if (cookie === undefined || !sessionCookie.test(cookie)) return anonymous
  const caller = await accounts.signedIn(new Headers({ cookie }))
  if (caller === undefined) return anonymous
  requireSameOrigin(c, publicUrl)
  return caller
}

/** Whatever is longer is no key of ours, and need not be hashed to know it. */
const maxCredentialLength = 512

function presentedCredential(c: Context<Environment>): Presented | undefined {
  for (const header of ['X-API-Key', 'X-API-Token'] as const) {
    const secret = c.req.header(header)
    if (secret !== undefined) return checked({ header, secret: secret.trim() })
  }
  const authorization = c.req.header('Authorization')
  if (authorization === undefined) return undefined
  const [, secret] = /^Bearer +([^\s]+) *$/i.exec(authorization) ?? []
  if (secret === undefined) {
    throw refusal('Authorization holds no Bearer credential: send "Authorization: Bearer <key>".')
  }
  return checked({ header: 'Authorization', secret })
}

function checked(presented: Presented): Presented {
  if (presented.secret === '') {
    throw refusal(`${presented.header} is empty: leave it out to read as anybody.`)
  }
  if (presented.secret.length > maxCredentialLength) {
    throw refusal(`${presented.header} is longer than any key: check what is sent.`)
  }
  return presented
}

function refusal(message: string): RequestError {
  return new RequestError('invalid_credential', message, {
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  })
}
