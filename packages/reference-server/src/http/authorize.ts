import type { AnyOperation } from '@mothership/client/contract'
import type { Context, MiddlewareHandler } from 'hono'
import type { Caller } from '../features/credentials/caller.ts'
import { RequestError, ServerError } from '../errors.ts'
import { clientAddress } from './client-address.ts'
import { type Identifiers, identifyCaller, presentsCredential } from './credentials.ts'
import type { Environment } from './environment.ts'
import type { RateGate } from './rate-limits.ts'

/** What stands between a request and its operation. */
export interface Guard extends Identifiers {
  readonly gate: RateGate
  /** Proxies of the operator's own before this server; what they saw counts as the sender's address. */
  readonly trustedProxies: number
}

/**
 * The one middleware that enforces an operation's rule: who, with which scope, and, where a path names an author, on
 * whose things. What else is whose is the feature's to say, since it alone knows.
 */
export function authorize(operation: AnyOperation, guard: Guard): MiddlewareHandler<Environment> {
  if (operation.auth.length === 0) {
    throw new ServerError(
      'config_invalid',
      `operation ${operation.id} has no rule: name in the contract who may call it`,
    )
  }
  return async (c, next) => {
    const address = clientAddress(c, guard.trustedProxies)
    c.set('address', address)
    const caller = await identifyWithin(c, guard, address)
    c.set('caller', caller)
    await guard.gate.request(caller.access_key_id ?? caller.account_id ?? `address:${address}`)
    checkRule(operation, caller)
    const author_id: unknown = c.req.param('author_id')
    if (operation.own?.includes(caller.role) === true && author_id !== undefined) {
      checkOwn(caller, author_id)
    }
    // A code in a body is guessed at like a credential in a header.
    const guessable = operation.id === 'accounts.setup'
    if (guessable) await guard.gate.mayTry(address)
    await next()
    if (guessable && c.res.status === 403) await guard.gate.refused(address)
  }
}

/** Too many wrong credentials from one address, and none from there is looked at for a while. */
async function identifyWithin(
  c: Context<Environment>,
  guard: Guard,
  address: string,
): Promise<Caller> {
  if (!presentsCredential(c)) return identifyCaller(c, guard)
  await guard.gate.mayTry(address)
  try {
    return await identifyCaller(c, guard)
  } catch (error) {
    const wrong = error instanceof RequestError && error.code === 'invalid_credential'
    if (wrong) await guard.gate.refused(address)
    throw error
  }
}

function checkRule(operation: AnyOperation, { role, scopes }: Caller): void {
  const { id, auth, scope } = operation
  const named = auth.join(' or ')
  if (!auth.includes('public')) {
    if (role === 'public') {
      throw new RequestError(
        'unauthenticated',
        `${id} is for ${named}: send a key as X-API-Key or X-API-Token, or sign in and send Authorization: Bearer.`,
        { headers: { 'www-authenticate': 'Bearer' } },
      )
    }
    if (!auth.includes(role)) {
      throw new RequestError('forbidden', `${id} is for ${named}, and this is a ${role}.`)
    }
  }
  if (scopes !== null && !scopes.includes(scope)) {
    throw new RequestError(
      'forbidden',
      scope === 'account'
        ? `${id} is for its owner, not for a token: sign in.`
        : `${id} needs the scope "${scope}", and this token has ${scopes.join(', ')}: make one with it.`,
    )
  }
}

function checkOwn({ author_id }: Caller, wanted: unknown): void {
  if (author_id === wanted) return
  throw new RequestError('forbidden', 'This is of another author, and reaches the own things only.')
}
