import { randomBytes } from 'node:crypto'
import type { Database } from '../../db/index.ts'
import type { Auth, AuthEvent } from '../../ports/auth.ts'
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

/** Accounts by better-auth, which is loaded when the first of them is touched: the start does without. */
export function createLazyAuth(options: AuthOptions): Auth {
  let loading: Promise<Auth> | undefined
  const load = (): Promise<Auth> => {
    loading ??= open(options).catch((error: unknown) => {
      loading = undefined // What failed once, a disk that was full, may work the next time.
      throw error
    })
    return loading
  }
  return {
    handle: async (request) => (await load()).handle(request),
    findSession: async (headers) => (await load()).findSession(headers),
    hashPassword: async (password) => (await load()).hashPassword(password),
  }
}

async function open(options: AuthOptions): Promise<Auth> {
  const make = (): Promise<Uint8Array> => Promise.resolve(randomBytes(32))
  const secret = await options.secrets.readOrCreate('accounts-secret', make)
  const { createBetterAuth } = await import('./better-auth.ts')
  return createBetterAuth({ ...options, secret: Buffer.from(secret).toString('base64url') })
}
