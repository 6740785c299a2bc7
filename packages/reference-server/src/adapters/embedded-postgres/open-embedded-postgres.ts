import { Client } from 'pg'
import type { OpenDatabase } from '../../db/database.ts'
import type { Logger } from '../../ports/logger.ts'
import { openPostgres } from '../postgres-pool.ts'
import { startCluster, type RunningCluster } from './start-cluster.ts'

/** Database and role of the server: it owns its database and nothing else, so no query of its reads a file. */
const name = 'mothership'

/** An open embedded database. */
export interface OpenEmbeddedDatabase extends OpenDatabase {
  readonly cluster: Pick<RunningCluster, 'pid' | 'adopted' | 'created'>
}

/**
 * Real PostgreSQL as a child of this process, in `directory`: made at first, adopted when it outlived a crash, stopped on close.
 * The caller holds the lock of the data directory.
 *
 * @throws ServerError `engine_unavailable`, `engine_mismatch` or `engine_failed`.
 */
export async function openEmbeddedPostgres(options: {
  readonly directory: string
  readonly maxConnections?: number
  readonly log?: Logger
}): Promise<OpenEmbeddedDatabase> {
  const { directory, log, maxConnections } = options
  const cluster = await startCluster({ directory, ...(log === undefined ? {} : { log }) })
  try {
    await createDatabase(cluster)
    const database = await openPostgres({
      engine: 'embedded',
      connection: { ...cluster.connection, user: name, database: name },
      onClose: () => cluster.stop(),
      ...(log === undefined ? {} : { log }),
      ...(maxConnections === undefined ? {} : { maxConnections }),
    })
    return { ...database, cluster, abandon: () => cluster.abandon() }
  } catch (error) {
    await cluster.stop()
    throw error
  }
}

/** Looks each time: a crash may have come between making the cluster and making the database. */
async function createDatabase(cluster: RunningCluster): Promise<void> {
  const client = new Client({ ...cluster.connection, database: 'postgres' })
  await client.connect()
  try {
    const { rows } = await client.query<{ role: boolean; database: boolean }>(
      `select exists (select from pg_roles where rolname = '${name}') as role,
              exists (select from pg_database where datname = '${name}') as database`,
    )
    const password = cluster.connection.password
    if (rows[0]?.role !== true) {
      await client.query(
        `create role ${name} login ${typeof password === 'string' ? `password ${client.escapeLiteral(password)}` : ''}`,
      )
    }
    if (rows[0]?.database !== true) await client.query(`create database ${name} owner ${name}`)
  } finally {
    await client.end()
  }
}
