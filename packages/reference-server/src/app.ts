import { Hono } from 'hono'
import { requestId } from 'hono/request-id'
import { tmpdir } from 'node:os'
import { operationList } from '@mothership/client/contract'
import { RequestError } from './errors.ts'
import type { Services } from './features/services.ts'
import { mountAuth } from './http/auth-routes.ts'
import type { Guard } from './http/authorize.ts'
import { accessLog } from './http/access-log.ts'
import { mountAliases } from './http/aliases.ts'
import { mountDocuments } from './http/documents.ts'
import type { Environment } from './http/environment.ts'
import { createHandlers } from './http/handlers.ts'
import { mountProbes } from './http/probes.ts'
import { problemResponse } from './http/problems.ts'
import { createRateGate, defaultRateLimits, type RateLimits } from './http/rate-limits.ts'
import { mountOperations } from './http/route.ts'
import { securityHeaders } from './http/security-headers.ts'
import type { Deps } from './ports/deps.ts'
import { mountPages } from './web/pages.tsx'

/** What the application is put together from. */
export interface AppOptions {
  readonly deps: Deps
  /** The same services that the process uses. */
  readonly services: Services
  /** Folder in which uploads are held for the time of a request. Default: the system's temporary folder. */
  readonly stagingDirectory?: string | undefined
  /** Default: `defaultRateLimits`. */
  readonly limits?: RateLimits | undefined
  /** Proxies of the operator's own before this server; default 0. */
  readonly trustedProxies?: number | undefined
  /** Origin under which people reach this server, when it is fixed. Default: whatever host a request names. */
  readonly publicUrl?: string | undefined
  /** Compares every answer with the contract, and fails on a difference. For tests. Default: no. */
  readonly checkAnswers?: boolean | undefined
}

/** The whole HTTP side: every operation of the contract, its documents, and the pages. */
export function createApp(options: AppOptions): Hono<Environment> {
  const { deps, services, stagingDirectory = tmpdir(), checkAnswers = false } = options
  const guard: Guard = {
    credentials: services.credentials,
    accounts: services.accounts,
    publicUrl: options.publicUrl,
    gate: createRateGate(deps.limiter, options.limits ?? defaultRateLimits),
    trustedProxies: options.trustedProxies ?? 0,
  }
  const app = new Hono<Environment>()

  app.use(requestId())
  app.use(accessLog(deps.log))
  app.use(securityHeaders())

  mountOperations(app, createHandlers(services), { guard, stagingDirectory, checkAnswers })
  mountAuth(app, deps.auth, guard)
  mountProbes(app, services.health)
  mountAliases(app)
  mountDocuments(app, deps.identity)
  mountPages(app, services)

  app.notFound((c) => problemResponse(c, unserved(c.req.method, c.req.path)))
  app.onError((error, c) => problemResponse(c, error))
  return app
}

/** A path of the contract with another method is told which methods it has. */
function unserved(method: string, path: string): RequestError {
  const methods = operationList
    .filter((operation) => matches(operation.path, path))
    .flatMap((operation) => (operation.method === 'GET' ? ['GET', 'HEAD'] : [operation.method]))
  if (methods.length === 0) {
    return new RequestError(
      'not_found',
      'Nothing is served at this path: /openapi.json lists what is.',
    )
  }
  const allow = [...new Set(methods)].join(', ')
  return new RequestError('method_not_allowed', `${method} is not served here, ${allow} is.`, {
    headers: { allow },
  })
}

function matches(pattern: string, path: string): boolean {
  const expected = pattern.split('/')
  const given = path.split('/')
  return (
    expected.length === given.length &&
    expected.every((segment, at) => segment.startsWith('{') || segment === given[at])
  )
}
