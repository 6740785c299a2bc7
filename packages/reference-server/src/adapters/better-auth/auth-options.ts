import type { Database } from '../../db/index.ts'
import type { AuthEvent } from '../../ports/auth.ts'
import type { Logger } from '../../ports/logger.ts'
import type { Mailer } from '../../ports/mailer.ts'
import type { SecretStore } from '../../ports/secret-store.ts'

/** What accounts stand on. */
export interface AuthOptions {
  readonly db: Database
  readonly secrets: SecretStore
  readonly mailer: Mailer
  readonly log: Logger
  /** Origin that people reach this server at, for links in messages; asked when the first account is touched. */
  readonly origin: () => string
  /** Other origins than the request's own are refused when this is given. */
  readonly publicUrl?: string | undefined
  /** Binary logarithm of the work in a password's hash. Default 15; tests take less. */
  readonly passwordWork?: number | undefined
  /** Keeps what happened. */
  readonly record: (event: AuthEvent) => Promise<void>
}
