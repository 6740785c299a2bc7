import type { Database } from '../db/database.ts'
import type { Auth } from './auth.ts'
import type { BlobStore } from './blob-store.ts'
import type { Clock } from './clock.ts'
import type { ImportSummary } from './import-summary.ts'
import type { Logger } from './logger.ts'
import type { RateLimiter } from './rate-limiter.ts'
import type { SecretStore } from './secret-store.ts'

/** What features stand on. `compose.ts` is the only place that makes one; tests make theirs with `createTestDeps`. */
export interface Deps {
  readonly db: Database
  readonly auth: Auth
  readonly blobs: BlobStore
  readonly limiter: RateLimiter
  readonly secrets: SecretStore
  readonly clock: Clock
  readonly log: Logger
  readonly identity: ServerIdentity
  /** Answers once the database answered a query; rejects when it cannot. For health. */
  readonly pingDatabase: () => Promise<void>
}

/** Who this server is. */
export interface ServerIdentity {
  /** Stable through the life of the data: made at first start, kept in the database. */
  readonly mothership_id: string
  /** Version of this package. */
  readonly version: string
}

/** What the process itself calls of the features, at start; `createServices(deps)` answers these and the others. */
export interface StartServices {
  readonly credentials: {
    /**
     * Makes the operator's first key when the database holds none: `keep` gets it in clear before its hash is committed,
     * so a crash between leaves no key that nobody knows. Answers whether one was made.
     */
    ensureOperatorKey(options: { keep: (key: string) => Promise<void> }): Promise<boolean>
  }
  readonly sync: {
    /** Imports a Claude marketplace; `path` is a directory or a .tar.gz. Skips what this source already brought with the same digest. */
    importMarketplace(options: {
      path: string
      signal?: AbortSignal | undefined
    }): Promise<ImportSummary>
  }
}
