import { DatabaseSync } from 'node:sqlite'
import type {
  AcceptedTerms,
  Approval,
  AuditEntry,
  InstallLedger,
  InstallRecord,
} from '../ports/install-ledger.ts'

/** A ledger in a SQLite file, which needs closing. */
export interface SqliteLedger extends InstallLedger, Disposable {
  /** Closes the file; later calls fail. */
  close(): void
}

// Other processes write their changes in milliseconds; waiting this long means one of them hangs.
const busyTimeoutMs = 10_000

const schema = `
  CREATE TABLE IF NOT EXISTS install_records (
    kind TEXT NOT NULL, slug TEXT NOT NULL, version TEXT NOT NULL, source TEXT NOT NULL, source_url TEXT NOT NULL,
    marketplace_id TEXT NOT NULL, marketplace_version TEXT NOT NULL, installed_at TEXT NOT NULL,
    marketplace_metadata TEXT NOT NULL, is_update_available INTEGER NOT NULL, operation_id TEXT NOT NULL,
    record TEXT NOT NULL, PRIMARY KEY (kind, slug)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS approvals (
    kind TEXT NOT NULL, slug TEXT NOT NULL, approval TEXT NOT NULL, PRIMARY KEY (kind, slug)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS accepted_terms (
    kind TEXT NOT NULL, slug TEXT NOT NULL, terms TEXT NOT NULL, PRIMARY KEY (kind, slug)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS audit (
    position INTEGER PRIMARY KEY, operation_id TEXT NOT NULL, kind TEXT NOT NULL, slug TEXT NOT NULL,
    entry TEXT NOT NULL, UNIQUE (operation_id, kind, slug)
  ) STRICT;
`

/**
 * A ledger in one SQLite file (`node:sqlite`), for satellites that want to query what is installed. Each operation is one
 * transaction; several processes may share the file. `:memory:` works for tests.
 */
export function createSqliteLedger(path: string): SqliteLedger {
  const database = new DatabaseSync(path)
  database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = FULL')
  database.exec(schema)
  return {
    async check() {
      transaction(database, () => {})
    },
    async get({ kind, slug }) {
      const row = database
        .prepare('SELECT record AS json FROM install_records WHERE kind = ? AND slug = ?')
        .get(kind, slug)
      return document<InstallRecord>(row)
    },
    async list(filter = {}) {
      const rows = database
        .prepare(
          'SELECT record AS json FROM install_records WHERE ?1 IS NULL OR kind = ?1 ORDER BY kind, slug',
        )
        .all(filter.kind ?? null)
      return documents<InstallRecord>(rows)
    },
    async apply(change) {
      transaction(database, () => {
        const { kind, slug, approval, terms, audit, record, operation_id } = change
        if (approval !== undefined) {
          database
            .prepare('INSERT OR REPLACE INTO approvals (kind, slug, approval) VALUES (?, ?, ?)')
            .run(kind, slug, JSON.stringify(approval))
        }
        if (terms !== undefined) {
          database
            .prepare('INSERT OR REPLACE INTO accepted_terms (kind, slug, terms) VALUES (?, ?, ?)')
            .run(kind, slug, JSON.stringify(terms))
        }
        database
          .prepare(
            'INSERT OR IGNORE INTO audit (operation_id, kind, slug, entry) VALUES (?, ?, ?, ?)',
          )
          .run(operation_id, kind, slug, JSON.stringify(audit))
        if (record === null) {
          database
            .prepare('DELETE FROM install_records WHERE kind = ? AND slug = ?')
            .run(kind, slug)
        } else writeRecord(database, record)
      })
    },
    async noteUpdate({ kind, slug }, latestVersion, available) {
      transaction(database, () => {
        const row = database
          .prepare('SELECT record AS json FROM install_records WHERE kind = ? AND slug = ?')
          .get(kind, slug)
        const record = document<InstallRecord>(row)
        if (record === undefined) return
        writeRecord(database, {
          ...record,
          is_update_available: available,
          latest_version: latestVersion,
        })
      })
    },
    async approval({ kind, slug }) {
      const row = database
        .prepare('SELECT approval AS json FROM approvals WHERE kind = ? AND slug = ?')
        .get(kind, slug)
      return document<Approval>(row)
    },
    async terms({ kind, slug }) {
      const row = database
        .prepare('SELECT terms AS json FROM accepted_terms WHERE kind = ? AND slug = ?')
        .get(kind, slug)
      return document<AcceptedTerms>(row)
    },
    async audit(item) {
      const rows = database
        .prepare(
          'SELECT entry AS json FROM audit WHERE ?1 IS NULL OR (kind = ?1 AND slug = ?2) ORDER BY position',
        )
        .all(item?.kind ?? null, item?.slug ?? null)
      return documents<AuditEntry>(rows)
    },
    close() {
      database.close()
    },
    [Symbol.dispose]() {
      database.close()
    },
  }
}

function writeRecord(database: DatabaseSync, record: InstallRecord): void {
  database
    .prepare(
      `INSERT OR REPLACE INTO install_records (kind, slug, version, source, source_url, marketplace_id, marketplace_version,
        installed_at, marketplace_metadata, is_update_available, operation_id, record)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      record.kind,
      record.slug,
      record.version,
      record.source,
      record.source_url,
      record.marketplace_id,
      record.marketplace_version,
      record.installed_at,
      JSON.stringify(record.marketplace_metadata),
      record.is_update_available ? 1 : 0,
      record.operation_id,
      JSON.stringify(record),
    )
}

function transaction(database: DatabaseSync, run: () => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    run()
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}

// Rows were written by this adapter; the column holds the document whole.
function document<T>(row: Record<string, unknown> | undefined): T | undefined {
  return row === undefined ? undefined : (JSON.parse(String(row['json'])) as T)
}

function documents<T>(rows: readonly Record<string, unknown>[]): readonly T[] {
  return rows.map((row) => JSON.parse(String(row['json'])) as T)
}
