import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, type ClientConfig } from 'pg'
import { openPglite } from '../adapters/pglite.ts'
import { openPostgres } from '../adapters/postgres-pool.ts'
import type { DatabaseEngine, OpenDatabase } from '../db/database.ts'
import { migrationsFolder } from '../db/migrations-folder.ts'
import { runProcess, testServers } from './test-cluster.ts'

/** An engine that tests run on. */
export interface EngineUnderTest {
  readonly name: DatabaseEngine
  /** A fresh database with the schema in place; `close` throws it away. */
  readonly open: () => Promise<OpenDatabase>
  /** The same, for whoever opens it himself: a server that is given `DATABASE_URL`. */
  readonly createUrl: () => Promise<string>
}

/**
 * The engines on this machine: the embedded one always, PostgreSQL when `DATABASE_URL` names one or one answers on the
 * usual socket or on loopback. `describe.each(await databaseEngines())('on $name', ({ open }) => …)`.
 */
export async function databaseEngines(): Promise<readonly EngineUnderTest[]> {
  const { embedded, postgres } = await testServers()
  return [
    engineOn('embedded', embedded),
    ...(postgres === undefined ? [] : [engineOn('postgres', postgres)]),
  ]
}

/** A fresh migrated database on the embedded engine: for tests that are not about engines. */
export async function openTestDatabase(): Promise<OpenDatabase> {
  const { embedded } = await testServers()
  return engineOn('embedded', embedded).open()
}

/** A fresh migrated PGlite in memory; slow to make, so for smoke tests only. */
export async function openTestPglite(): Promise<OpenDatabase> {
  const database = await openPglite({})
  await database.migrate()
  return database
}

function engineOn(name: DatabaseEngine, server: ClientConfig): EngineUnderTest {
  return {
    name,
    open: async () => {
      const database = await createFromTemplate(server)
      const { close, ...rest } = await openPostgres({
        engine: name,
        connection: inside(server, database),
      })
      const closeAndDrop = async (): Promise<void> => {
        await close()
        await asAdministrator(server, (client) =>
          client.query(`drop database if exists "${database}" with (force)`),
        )
      }
      return { ...rest, close: closeAndDrop, [Symbol.asyncDispose]: closeAndDrop }
    },
    createUrl: async () => urlOf(inside(server, await createFromTemplate(server))),
  }
}

const templateLock = 7_046_030
let made = 0

/** Copies a database that was migrated once in this run. */
async function createFromTemplate(server: ClientConfig): Promise<string> {
  const run = `mothership_test_${runProcess()}`
  const template = `${run}_t${migrationsDigest()}`
  made += 1
  const name = `${run}_${process.pid}_${process.env['VITEST_POOL_ID'] ?? 0}_${made}_${Math.trunc(performance.now())}`
  await asAdministrator(server, async (client) => {
    await client.query('select pg_advisory_lock($1)', [templateLock])
    const { rowCount } = await client.query('select from pg_database where datname = $1', [
      template,
    ])
    if (rowCount === 0) await makeTemplate(client, server, template)
    await client.query(`create database "${name}" template "${template}"`)
  })
  return name
}

async function makeTemplate(client: Client, server: ClientConfig, template: string): Promise<void> {
  const unfinished = `${template}_unfinished`
  await client.query(`drop database if exists "${unfinished}" with (force)`)
  await client.query(`create database "${unfinished}" template template0 encoding 'UTF8'`)
  const database = await openPostgres({ connection: inside(server, unfinished), maxConnections: 1 })
  try {
    await database.migrate()
  } finally {
    await database.close()
  }
  await client.query(`alter database "${unfinished}" rename to "${template}"`)
}

async function asAdministrator<Result>(
  server: ClientConfig,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client(
    server.connectionString === undefined ? { ...server, database: 'postgres' } : server,
  )
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

function inside(server: ClientConfig, database: string): ClientConfig {
  if (server.connectionString === undefined) return { ...server, database }
  // Only the path changes; a URL with a user and no host is one for PostgreSQL, though not for `URL`.
  const [, start = '', query = ''] =
    /^([a-z]+:\/\/[^/?]*)[^?]*(\?.*)?$/.exec(server.connectionString) ?? []
  return { connectionString: `${start}/${database}${query}` }
}

function urlOf(connection: ClientConfig): string {
  if (connection.connectionString !== undefined) return connection.connectionString
  const { host = '', port = 5432, user = 'postgres', database = '' } = connection
  return `postgres://${user}@/${database}?host=${encodeURIComponent(host)}&port=${port}`
}

/** A template is good for one state of the migrations: in watch mode they change during the run. */
function migrationsDigest(): string {
  const folder = migrationsFolder()
  const journal = readFileSync(join(folder, 'meta', '_journal.json'), 'utf8')
  const { entries } = JSON.parse(journal) as { entries: { tag: string }[] }
  const hash = createHash('sha256').update(journal)
  for (const { tag } of entries) hash.update(readFileSync(join(folder, `${tag}.sql`)))
  return hash.digest('hex').slice(0, 8)
}
