import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator'
import { Pool, type ClientConfig } from 'pg'
import type { Database, DatabaseEngine, OpenDatabase } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { ServerError } from '../errors.ts'
import { silentLogger, type Logger } from '../ports/logger.ts'

/** How to reach a PostgreSQL server. */
export interface PostgresOptions {
  /** A `postgres://` URL, or the parts that node-postgres takes. */
  readonly url?: string
  readonly connection?: ClientConfig
  /** Default 10: enough to keep two cores of a database busy. */
  readonly maxConnections?: number
  readonly engine?: DatabaseEngine
  readonly log?: Logger
  /** Called after the pool ended. */
  readonly onClose?: () => Promise<void>
}

/** Opens a pool of connections to a PostgreSQL server (15 or newer) and makes sure that it answers. */
export async function openPostgres(options: PostgresOptions): Promise<OpenDatabase> {
  const { log = silentLogger, maxConnections = 10, engine = 'postgres' } = options
  const pool = new Pool({
    ...options.connection,
    ...(options.url === undefined ? {} : { connectionString: options.url }),
    max: maxConnections,
    connectionTimeoutMillis: 10_000,
    application_name: 'mothership',
  })
  // A connection that breaks while idle is replaced by the next query; without a listener it would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection broke'))
  try {
    await pool.query('select 1')
  } catch (error) {
    await pool.end()
    throw new ServerError(
      'database_failed',
      `no PostgreSQL answered at ${target(options)}: ${messageOf(error)}; check that it runs and that DATABASE_URL is right`,
      { cause: error },
    )
  }
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= pool.end().then(() => options.onClose?.())
    return closing
  }
  return {
    engine,
    db: drizzle(pool) as unknown as Database,
    migrate: () => migrateOn(pool),
    ping: async () => {
      await pool.query('select 1')
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function migrateOn(pool: Pool): Promise<void> {
  const client = await pool.connect()
  try {
    const db = drizzle(client)
    await migrate(db, (config) => applyMigrations(db, config))
  } finally {
    client.release()
  }
}

/** Where we looked, without the password. */
function target(options: PostgresOptions): string {
  if (options.url === undefined) {
    return options.connection?.host ?? 'the default address'
  }
  try {
    const url = new URL(options.url)
    return `${url.host || (url.searchParams.get('host') ?? 'the local socket')}${url.pathname}`
  } catch {
    return 'DATABASE_URL'
  }
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}
