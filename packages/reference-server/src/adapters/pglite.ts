import { mkdir } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { unaccent } from '@electric-sql/pglite/contrib/unaccent'
import { drizzle } from 'drizzle-orm/pglite'
import { migrate as applyMigrations } from 'drizzle-orm/pglite/migrator'
import type { Database, OpenDatabase } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'

/**
 * PostgreSQL in this process, one connection. PGlite has no lock of its own and two processes on one directory lose
 * writes: whoever opens a directory holds its lock (`lockDataDirectory`).
 */
export async function openPglite(options: { readonly directory?: string }): Promise<OpenDatabase> {
  if (options.directory !== undefined) {
    // Its data files are world-readable; the directory is what keeps others out.
    await mkdir(options.directory, { recursive: true, mode: 0o700 })
  }
  const engine = await PGlite.create({
    ...(options.directory === undefined ? {} : { dataDir: options.directory }),
    extensions: { pg_trgm, unaccent },
  })
  const db = drizzle(engine)
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= engine.close()
    return closing
  }
  return {
    engine: 'pglite',
    db: db as unknown as Database,
    migrate: () => migrate(db, (config) => applyMigrations(db, config)),
    ping: async () => {
      await engine.query('select 1')
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
