import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDirectoryBlobStore } from '../adapters/directory-blob-store.ts'
import { createLazyAuth } from '../adapters/better-auth/lazy-auth.ts'
import { createDirectorySecretStore } from '../adapters/directory-secret-store.ts'
import { createMemoryRateLimiter } from '../adapters/memory-rate-limiter.ts'
import { recordAuthEvent } from '../features/accounts/auth-events.ts'
import { createAudit } from '../features/audit/service.ts'
import type { OpenDatabase } from '../db/database.ts'
import { systemClock } from '../ports/clock.ts'
import type { Deps } from '../ports/deps.ts'
import { silentLogger } from '../ports/logger.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'
import { openTestDatabase } from './test-database.ts'

/** Real parts for a test, in a temporary folder; `close` takes all of it away. */
export interface TestDeps extends AsyncDisposable {
  readonly deps: Deps
  readonly directory: string
  /** What the accounts send. */
  readonly mailbox: Mailbox
  close(): Promise<void>
}

/** What features stand on, on the given database (default: a fresh one on the embedded engine). */
export async function createTestDeps(
  options: Partial<Omit<Deps, 'db'>> & { readonly database?: OpenDatabase } = {},
): Promise<TestDeps> {
  const { database = await openTestDatabase(), ...given } = options
  const directory = await mkdtemp(join(tmpdir(), 'mothership-deps-'))
  const close = async (): Promise<void> => {
    await database.close()
    await rm(directory, { recursive: true, force: true })
  }
  const mailbox = createMailbox()
  const { clock = systemClock, log = silentLogger } = given
  const secrets = createDirectorySecretStore(join(directory, 'secrets'))
  return {
    deps: {
      db: database.db,
      pingDatabase: () => database.ping(),
      blobs: await openDirectoryBlobStore(join(directory, 'blobs')),
      secrets,
      auth: createLazyAuth({
        db: database.db,
        secrets,
        mailer: mailbox,
        log,
        origin: () => 'http://localhost',
        passwordWork: 4,
        record: (event) => recordAuthEvent(database.db, createAudit(clock), event),
      }),
      limiter: createMemoryRateLimiter(),
      clock,
      log,
      identity: { mothership_id: '00000000-0000-4000-8000-000000000000', version: '0.0.0' },
      ...given,
    },
    directory,
    mailbox,
    close,
    [Symbol.asyncDispose]: close,
  }
}
