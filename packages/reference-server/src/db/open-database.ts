import type { Logger } from '../ports/logger.ts'
import type { OpenDatabase } from './database.ts'

/** Where the data is kept. */
export type DatabaseSource =
  /** A PostgreSQL that somebody else runs. */
  | { readonly engine: 'postgres'; readonly url: string; readonly maxConnections?: number }
  /** A PostgreSQL of our own: `directory` holds its cluster; started (or adopted) here, stopped on close. */
  | { readonly engine: 'embedded'; readonly directory: string; readonly maxConnections?: number }
  /** PGlite, in this process; in memory without `directory`. */
  | { readonly engine: 'pglite'; readonly directory?: string }

/** Opens a database on any engine. Only the adapter of that engine is loaded. The schema is left as it is: see `migrate`. */
export async function openDatabase(
  source: DatabaseSource,
  options: { readonly log?: Logger } = {},
): Promise<OpenDatabase> {
  switch (source.engine) {
    case 'postgres': {
      const { openPostgres } = await import('../adapters/postgres-pool.ts')
      return openPostgres({ ...source, ...options })
    }
    case 'embedded': {
      const { openEmbeddedPostgres } = await import('../adapters/embedded-postgres/index.ts')
      return openEmbeddedPostgres({ ...source, ...options })
    }
    case 'pglite': {
      const { openPglite } = await import('../adapters/pglite.ts')
      return openPglite(source)
    }
    default:
      return source satisfies never
  }
}
