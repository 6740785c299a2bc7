import type { Hono } from 'hono'
import type { HealthService } from '../features/health/service.ts'
import type { Environment } from './environment.ts'

/** For whoever runs the process: `/healthz` says that it lives, `/readyz` that it can serve. */
export function mountProbes(app: Hono<Environment>, health: HealthService): void {
  const headers = { 'cache-control': 'no-store' }
  app.get('/healthz', (c) => c.text('ok\n', 200, headers))
  app.get('/readyz', async (c) => {
    const { status } = await health.check()
    return status === 'ok'
      ? c.text('ready\n', 200, headers)
      : c.text('the database does not answer\n', 503, { ...headers, 'retry-after': '5' })
  })
}
