import type { MiddlewareHandler } from 'hono'
import type { Logger } from '../ports/logger.ts'
import type { Environment } from './environment.ts'

/**
 * One line a request. It holds the path without the query and no header: a credential, wherever somebody puts it,
 * never reaches the log.
 */
export function accessLog(log: Logger): MiddlewareHandler<Environment> {
  return async (c, next) => {
    const requestLog = log.child({ request_id: c.get('requestId') })
    c.set('log', requestLog)
    const startedAt = performance.now()
    await next()
    requestLog.info(
      {
        method: c.req.method,
        path: c.req.path.slice(0, 512), // longer ones are nobody's honest path
        operation: c.get('operation'),
        status: c.res.status,
        duration_ms: Math.round(performance.now() - startedAt),
        access_key_id: c.get('caller')?.access_key_id ?? undefined,
        account_id: c.get('caller')?.account_id ?? undefined,
      },
      'request',
    )
  }
}
