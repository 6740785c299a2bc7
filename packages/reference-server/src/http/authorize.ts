import type { AnyOperation } from '@mothership/client/contract'
import type { MiddlewareHandler } from 'hono'
import type { CredentialService } from '../features/credentials/service.ts'
import { RequestError, ServerError } from '../errors.ts'
import { identifyCaller } from './credentials.ts'
import type { Environment } from './environment.ts'

/**
 * The one middleware that enforces an operation's rule. Whose things a caller may touch within the operation is the
 * feature's to say; that somebody may call it at all is said here.
 */
export function authorize(
  operation: AnyOperation,
  credentials: CredentialService,
): MiddlewareHandler<Environment> {
  if (operation.auth.length === 0) {
    throw new ServerError(
      'config_invalid',
      `operation ${operation.id} has no rule: name in the contract who may call it`,
    )
  }
  const isPublic = operation.auth.includes('public')
  return async (c, next) => {
    const caller = await identifyCaller(c, credentials)
    c.set('caller', caller)
    if (!isPublic && caller.role === 'public') {
      throw new RequestError(
        'unauthenticated',
        `${operation.id} is for ${operation.auth.join(' or ')}: send a key as X-API-Key or Authorization: Bearer.`,
        { headers: { 'www-authenticate': 'Bearer' } },
      )
    }
    if (!isPublic && !operation.auth.includes(caller.role)) {
      throw new RequestError(
        'forbidden',
        `${operation.id} is for ${operation.auth.join(' or ')}, and this key is a ${caller.role}'s.`,
      )
    }
    await next()
  }
}
