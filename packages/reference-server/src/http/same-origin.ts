import type { Context } from 'hono'
import { RequestError } from '../errors.ts'
import type { Environment } from './environment.ts'

/**
 * A cookie comes along by itself, whoever makes the browser send the request: so one that changes something has to say,
 * in the `Origin` that no page can forge, that it comes from a page of this server.
 *
 * @throws RequestError `forbidden`.
 */
export function requireSameOrigin(c: Context<Environment>, publicUrl: string | undefined): void {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return
  const origin = URL.parse(c.req.header('origin') ?? '')
  const own = new URL(publicUrl ?? c.req.url)
  // Behind a proxy the scheme seen here may be another; the host is what a foreign page does not share.
  const same =
    origin !== null &&
    (publicUrl === undefined ? origin.host === own.host : origin.origin === own.origin)
  if (same) return
  throw new RequestError(
    'forbidden',
    'A request with a session cookie comes from a page of this server, and says so in Origin: programs send Authorization: Bearer instead.',
  )
}
