import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { openDirectoryBlobStore } from './adapters/directory-blob-store.ts'
import { createLazyAuth } from './adapters/better-auth/lazy-auth.ts'
import { createDirectoryMailer } from './adapters/directory-mailer.ts'
import { createDirectorySecretStore } from './adapters/directory-secret-store.ts'
import { prepareDataDirectory } from './adapters/data-directory.ts'
import { replaceFile } from './adapters/durable-files.ts'
import { listen } from './adapters/http-server.ts'
import { createMemoryRateLimiter } from './adapters/memory-rate-limiter.ts'
import { openData } from './adapters/open-data.ts'
import { createApp } from './app.ts'
import type { DatabaseConfig } from './config/config.ts'
import { recordAuthEvent } from './features/accounts/auth-events.ts'
import { createAudit } from './features/audit/service.ts'
import { createServices } from './features/services.ts'
import { defaultRateLimits } from './http/rate-limits.ts'
import { readIdentity } from './identity.ts'
import { systemClock, type Clock } from './ports/clock.ts'
import type { Deps, StartServices } from './ports/deps.ts'
import type { ImportSummary } from './ports/import-summary.ts'
import { silentLogger, type Logger } from './ports/logger.ts'

/** How to run a server within another program. */
export interface StartOptions {
  /** Holds everything the server keeps; made when it is not there, closed to other users. */
  readonly dataDirectory: string
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 0: any free port. */
  readonly port?: number
  /** Default: the embedded PostgreSQL. */
  readonly database?: DatabaseConfig
  /** A Claude marketplace, directory or .tar.gz, to import once the server listens. */
  readonly importFrom?: string | undefined
  /** Origin under which people reach this server, such as `https://market.example`. Default: where it listens. */
  readonly publicUrl?: string | undefined
  /** Proxies of one's own before this server, each of which appends to `X-Forwarded-For`. Default 0. */
  readonly trustedProxies?: number
  /** Requests a minute of one credential or address; 0 takes any number. Default 6,000. */
  readonly requestsPerMinute?: number
  /** Default: says nothing. */
  readonly log?: Logger
  /** Default: the machine's. */
  readonly clock?: Clock
  /** Compares every answer with the contract and fails on a difference; for tests. Default false. */
  readonly checkAnswers?: boolean
}

/** A server that answers. */
export interface RunningServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:8787`. */
  readonly url: string
  readonly mothership_id: string
  readonly dataDirectory: string
  /** Where the operator's key lies, if this server made it. */
  readonly operatorKeyFile: string
  /** The code that makes the first admin, if this start made it; it is in the file `setup-code` too. */
  readonly setupCode: string | undefined
  /** What the import brought; `undefined` when none was asked for. Rejects when it failed; the server runs on. */
  readonly imported: Promise<ImportSummary | undefined>
  /** Lets requests under way finish, closes the database, ends its process, gives the lock back. */
  readonly close: () => Promise<void>
  /** For a process that exits at once: tells the database to stop, and waits for nothing. What was acknowledged is kept. */
  readonly abandon: () => void
}

/**
 * Starts a mothership: data directory and its lock, database and its schema, features, HTTP. This is the only place that
 * constructs adapters.
 *
 * @throws ServerError when anything of that cannot be had; what was opened is closed again.
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const {
    log = silentLogger,
    clock = systemClock,
    database: engine = { engine: 'embedded' },
  } = options
  const dataDirectory = resolve(options.dataDirectory)
  const closers: (() => Promise<unknown>)[] = []
  try {
    await prepareDataDirectory(dataDirectory)
    const database = await openData(dataDirectory, engine, log)
    closers.push(database.close)
    await database.migrate()

    const staging = join(dataDirectory, 'staging')
    // With the lock the directory is ours alone: what lies there is from a crash.
    if (engine.engine !== 'postgres') await rm(staging, { recursive: true, force: true })
    const stagingDirectory = join(staging, randomUUID())
    await mkdir(stagingDirectory, { recursive: true, mode: 0o700 })
    closers.push(() => rm(stagingDirectory, { recursive: true, force: true }))
    const secrets = createDirectorySecretStore(join(dataDirectory, 'secrets'))
    const { host = '127.0.0.1', port = 0, publicUrl, trustedProxies } = options
    let origin = publicUrl
    const deps: Deps = {
      db: database.db,
      pingDatabase: database.ping,
      blobs: await openDirectoryBlobStore(join(dataDirectory, 'blobs')),
      secrets,
      auth: createLazyAuth({
        db: database.db,
        secrets,
        mailer: createDirectoryMailer({ directory: join(dataDirectory, 'mail'), clock, log }),
        log,
        publicUrl,
        origin: () => origin ?? `http://${host}`,
        record: (event) => recordAuthEvent(database.db, createAudit(clock), event),
      }),
      limiter: createMemoryRateLimiter(),
      clock,
      log,
      identity: await readIdentity(database.db),
    }
    const services = createServices(deps, { stagingDirectory, publicUrl })
    closers.push(() => services.counts.flush())
    const operatorKeyFile = join(dataDirectory, 'operator-key')
    await services.credentials.ensureOperatorKey({
      keep: (key) => replaceFile(operatorKeyFile, `${key}\n`),
    })
    const setupCode = await services.accounts.ensureSetupCode({
      keep: (code) => replaceFile(join(dataDirectory, 'setup-code'), `${code}\n`),
    })

    const checkAnswers = options.checkAnswers ?? false
    const { requestsPerMinute = defaultRateLimits.requestsPerMinute } = options
    const limits = { ...defaultRateLimits, requestsPerMinute }
    const app = createApp({
      deps,
      services,
      stagingDirectory,
      checkAnswers,
      limits,
      trustedProxies,
      publicUrl,
    })
    const server = await listen({ fetch: app.fetch, host, port })
    origin ??= server.url
    closers.push(server.close)

    const stop = new AbortController()
    const imported = importAtStart(services.sync, options.importFrom, stop.signal, log)
    closers.push(async () => {
      stop.abort()
      await imported.catch(() => undefined) // Whoever asked for it hears of its failure.
    })

    let closing: Promise<void> | undefined
    const close = (): Promise<void> => (closing ??= closeAll(closers))
    return {
      url: server.url,
      mothership_id: deps.identity.mothership_id,
      dataDirectory,
      operatorKeyFile,
      setupCode,
      imported,
      close,
      abandon: () => database.abandon?.(),
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await closeAll(closers).catch((second: unknown) =>
      log.error({ err: second }, 'closing after a failed start failed as well'),
    )
    throw error
  }
}

/** Last opened, first closed; one that fails does not keep the others open. */
async function closeAll(closers: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = []
  for (const close of [...closers].reverse()) {
    try {
      await close()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures)
}

async function importAtStart(
  sync: StartServices['sync'],
  path: string | undefined,
  signal: AbortSignal,
  log: Logger,
): Promise<ImportSummary | undefined> {
  if (path === undefined) return undefined
  const { status, name, released, problems } = await sync.importMarketplace({
    path: resolve(path),
    signal,
  })
  // Counts alone: the name is a text of the source's, and the log is no place for those.
  log.info({ released, problems }, `marketplace ${status}`)
  return { status, name, released, problems }
}
