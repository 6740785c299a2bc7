// A process of its own: `test-cluster-keeper.ts DIRECTORY PID` runs one embedded cluster in DIRECTORY until PID is gone.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Client, type ClientConfig } from 'pg'
import { startCluster } from '../adapters/embedded-postgres/index.ts'
import { isRunning, processStart } from '../adapters/process-identity.ts'
import { answer, forget } from './test-cluster.ts'

const [directory = '', pid = '0'] = process.argv.slice(2)

const cluster = await startCluster({
  directory: join(directory, 'postgres'),
  // Tests prove durability elsewhere; here nothing has to outlive the run.
  settings: {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '200',
  },
})
const postgres = await findPostgres()
if (postgres !== undefined) await dropDatabases(postgres, (run) => !isRunning(run))
await answer(directory, {
  embedded: cluster.connection,
  ...(postgres === undefined ? {} : { postgres }),
})
while ((await processStart(Number(pid))) !== undefined) {
  await new Promise((resolve) => setTimeout(resolve, 250))
}
if (postgres !== undefined) await dropDatabases(postgres, (run) => run === Number(pid))
await cluster.stop()
await forget(directory)

/** DATABASE_URL, else a server on the usual socket or on loopback that trusts the present user, or user postgres. */
async function findPostgres(): Promise<ClientConfig | undefined> {
  const url = process.env['DATABASE_URL']
  if (url !== undefined && url !== '') return { connectionString: url }
  const user =
    process.env['USER'] ??
    process.env['LOGNAME'] ??
    (process.getuid?.() === 0 ? 'root' : 'postgres')
  const hosts = [
    ...(existsSync('/var/run/postgresql/.s.PGSQL.5432') ? ['/var/run/postgresql'] : []),
    '127.0.0.1',
  ]
  for (const host of hosts) {
    for (const name of new Set([user, 'postgres'])) {
      const connection = { host, port: 5432, user: name, database: 'postgres' }
      if (await mayCreateDatabases(connection)) return connection
    }
  }
  return undefined
}

async function mayCreateDatabases(connection: ClientConfig): Promise<boolean> {
  const client = new Client({ ...connection, connectionTimeoutMillis: 2_000 })
  try {
    await client.connect()
    const { rows } = await client.query<{ may: boolean }>(
      'select rolcreatedb or rolsuper as may from pg_roles where rolname = current_user',
    )
    return rows[0]?.may === true
  } catch {
    return false // Nobody there, or nobody who trusts us.
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Test databases carry the run's process in their name, so that what a killed run left can be told apart. */
async function dropDatabases(
  connection: ClientConfig,
  of: (run: number) => boolean,
): Promise<void> {
  const client = new Client(connection)
  await client.connect()
  try {
    const { rows } = await client.query<{ datname: string }>(
      `select datname from pg_database where datname ~ '^mothership_test_[0-9]+_'`,
    )
    for (const { datname } of rows) {
      const run = Number(datname.split('_')[2])
      if (of(run)) await client.query(`drop database if exists "${datname}" with (force)`)
    }
  } finally {
    await client.end()
  }
}
