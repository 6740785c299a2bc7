import { sql } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { ServerError } from '../errors.ts'
import type { Database } from './database.ts'
import { migrationsFolder } from './migrations-folder.ts'

/** Key of the advisory lock under which one process at a time migrates; any number, the same in all of them. */
const migrationLock = 7_046_029

/**
 * Applies what the schema lacks, each process after the other: `connection` must be a single connection, since the lock
 * belongs to it. `apply` is the engine's drizzle migrator.
 *
 * @throws ServerError `database_newer` when the database was migrated by a later version of this package.
 */
export async function migrate(
  connection: Database,
  apply: (config: { migrationsFolder: string }) => Promise<void>,
): Promise<void> {
  const folder = migrationsFolder()
  await connection.execute(sql`select pg_advisory_lock(${migrationLock})`)
  try {
    await refuseNewer(connection, folder)
    await apply({ migrationsFolder: folder })
  } finally {
    await connection.execute(sql`select pg_advisory_unlock(${migrationLock})`)
  }
}

async function refuseNewer(connection: Database, folder: string): Promise<void> {
  const known = await connection.execute<{ present: boolean }>(
    sql`select to_regclass('drizzle.__drizzle_migrations') is not null as present`,
  )
  if (!known.rows[0]?.present) return
  const applied = await connection.execute<{ latest: string | null }>(
    sql`select max(created_at)::text as latest from drizzle.__drizzle_migrations`,
  )
  const latest = Number(applied.rows[0]?.latest ?? 0)
  const ours = Math.max(
    0,
    ...readMigrationFiles({ migrationsFolder: folder }).map((m) => m.folderMillis),
  )
  if (latest > ours) {
    throw new ServerError(
      'database_newer',
      `the database was migrated on ${new Date(latest).toISOString()} by a later version of the server, this one knows migrations up to ${new Date(ours).toISOString()}; run the later version, migrations do not go back`,
    )
  }
}
