import type { Hono } from 'hono'
import { createApp } from '../../src/app.ts'
import { createServices, type Services } from '../../src/features/services.ts'
import type { Scanner } from '../../src/features/submissions/scan/scanner.ts'
import type { Environment } from '../../src/http/environment.ts'
import type { Deps } from '../../src/ports/deps.ts'
import { type Logger, silentLogger } from '../../src/ports/logger.ts'
import { type RateLimits } from '../../src/http/rate-limits.ts'
import type { Mailbox } from '../../src/testing/mailbox.ts'
import { createTestDeps } from '../../src/testing/test-deps.ts'
import type { EngineUnderTest } from '../../src/testing/test-database.ts'

/** The whole application over a fresh database and a folder of its own; answers are checked against the contract. */
export interface TestApp extends AsyncDisposable {
  readonly app: Hono<Environment>
  readonly deps: Deps
  readonly services: Services
  readonly operatorKey: string
  readonly directory: string
  readonly mailbox: Mailbox
  /** Sends a request; `key` goes into `X-API-Key`, `json` becomes the body. */
  readonly request: (path: string, options?: TestRequest) => Promise<Response>
}

/** A request in short. */
export interface TestRequest {
  readonly method?: string
  readonly key?: string
  /** Address of the connection's other end. */
  readonly from?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly body?: FormData | string
}

/** Makes one on the given engine. */
export async function createTestApp(
  engine?: EngineUnderTest,
  options: Partial<Omit<Deps, 'db'>> & {
    readonly scanner?: Scanner
    readonly limits?: RateLimits
    readonly trustedProxies?: number
  } = {},
): Promise<TestApp> {
  // A test asks and guesses as much as it likes, unless it is about limits.
  const {
    limits = { requestsPerMinute: 0, refusalsPerMinute: 0 },
    trustedProxies,
    scanner,
    ...given
  } = options
  const database = engine === undefined ? {} : { database: await engine.open() }
  const made = await createTestDeps({
    log: loudOnError,
    ...given,
    ...database,
  })
  const { deps, directory, mailbox } = made
  const services = createServices(deps, { stagingDirectory: directory, scanner })
  const app = createApp({
    deps,
    services,
    stagingDirectory: directory,
    checkAnswers: true,
    limits,
    trustedProxies,
  })
  let operatorKey = ''
  await services.credentials.ensureOperatorKey({
    keep: (key) => {
      operatorKey = key
      return Promise.resolve()
    },
  })
  return {
    app,
    deps,
    services,
    operatorKey,
    directory,
    mailbox,
    request: async (path, { method, key, from, headers, json, body } = {}) =>
      app.request(
        path,
        {
          method: method ?? (json === undefined && body === undefined ? 'GET' : 'POST'),
          headers: {
            ...(key === undefined ? {} : { 'X-API-Key': key }),
            ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
            ...headers,
          },
          ...(json === undefined ? {} : { body: JSON.stringify(json) }),
          ...(body === undefined ? {} : { body }),
        },
        from === undefined ? {} : { incoming: { socket: { remoteAddress: from } } },
      ),
    [Symbol.asyncDispose]: () => made.close(),
  }
}

/** What the server logs as an error is what a failing test wants to know. */
const loudOnError: Logger = {
  ...silentLogger,
  error: (...given: [unknown, string?]) => console.error(...given),
  child: () => loudOnError,
}
