import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'

/** What `db.execute(sql)` answers on every engine. */
export interface Rows<Row> {
  readonly rows: Row[]
}

/** Drizzle's way to say that type. */
interface RowsOf extends PgQueryResultHKT {
  type: Rows<this['row']>
}

/** The one database type features know: the PostgreSQL dialect, whichever engine runs it. A transaction is one too. */
export type Database = PgDatabase<RowsOf>

/** Which engine keeps the data. */
export type DatabaseEngine = 'embedded' | 'pglite' | 'postgres'

/** An open database; `close` ends its connections, and the engine when it was started here. */
export interface OpenDatabase extends AsyncDisposable {
  readonly engine: DatabaseEngine
  readonly db: Database
  /** Brings the schema up to date. Only one process at a time does it, others wait. */
  readonly migrate: () => Promise<void>
  /** Resolves once the engine answered a query. */
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
  /** Tells an engine that was started here to stop, and waits for nothing; for a process that is about to exit. */
  readonly abandon?: () => void
}
