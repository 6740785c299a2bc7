import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { asc, count, eq, sql } from 'drizzle-orm'
import type {
  Account,
  AccountList,
  AccountUpdate,
  PageQuery,
  Setup,
  Whoami,
} from '@mothership/client/contract'
import type { Database } from '../../db/index.ts'
import { userCredentials, users } from '../../db/schema/accounts.ts'
import { mothershipFacts } from '../../db/schema/mothership.ts'
import { publishers } from '../../db/schema/publishers.ts'
import { RequestError } from '../../errors.ts'
import type { Deps } from '../../ports/deps.ts'
import type { Actor, AuditService } from '../audit/service.ts'
import type { Caller } from '../credentials/caller.ts'

/** People: who they are and what they may. Passwords and sessions are the `Auth` port's. */
export interface AccountService {
  /** Who is signed in by these headers, as a cookie or Bearer; `undefined` for nobody. */
  signedIn(headers: Headers): Promise<Caller | undefined>
  whoami(caller: Caller): Promise<Whoami>
  /**
   * Makes the code that makes the first admin, once in the life of the data: `keep` gets it in clear before its hash is
   * committed. Answers the code when it was made now.
   */
  ensureSetupCode(options: { keep: (code: string) => Promise<void> }): Promise<string | undefined>
  /** The first admin, by that code; it opens nothing a second time. Throws `forbidden`, `account_exists`. */
  setUp(input: Setup, actor: Actor): Promise<Account>
  list(query: PageQuery): Promise<AccountList>
  /** Gives a role, and the publisher acted for. Throws `not_found`, `forbidden`. */
  update(id: string, change: AccountUpdate, actor: Actor): Promise<Account>
}

/** Makes the service. */
export function createAccounts(
  { db, clock, auth }: Pick<Deps, 'db' | 'clock' | 'auth'>,
  audit: AuditService,
): AccountService {
  return {
    signedIn: async (headers) => {
      const session = await auth.findSession(headers)
      if (session === undefined) return undefined
      const row = await find(db, session.account_id)
      if (row === undefined) return undefined
      const { id: account_id, role, author_id } = row
      return { role, account_id, author_id, access_key_id: null, scopes: null }
    },

    whoami: async ({ role, author_id, account_id }) => {
      const row = account_id === null ? undefined : await find(db, account_id)
      return { role, author_id, account: row === undefined ? null : accountOf(row) }
    },

    ensureSetupCode: ({ keep }) =>
      db.transaction(async (tx) => {
        await tx.execute(sql`select pg_advisory_xact_lock(${setupLock})`)
        if ((await findCode(tx)) !== undefined) return undefined
        const code = randomBytes(18).toString('base64url') // 144 bits in 24 characters
        const value: SetupFact = { sha256: digestOf(code).toString('hex') }
        await tx.insert(mothershipFacts).values({ name: setupFact, value })
        await keep(code)
        return code
      }),

    setUp: async (input, actor) => {
      // Hashing takes long on purpose: first the code, so that nobody makes us hash for nothing.
      checkCode(await findCode(db), input.code)
      const password = await auth.hashPassword(input.password)
      return db.transaction(async (tx) => {
        await tx.execute(sql`select pg_advisory_xact_lock(${setupLock})`)
        const code = checkCode(await findCode(tx), input.code)
        const now = clock.now()
        const [row] = await tx
          .insert(users)
          .values({
            id: randomUUID(),
            name: input.name,
            email: input.email.toLowerCase(),
            email_verified: true, // Whoever holds the code is at the machine.
            role: 'admin',
            created_at: now,
            updated_at: now,
          })
          .onConflictDoNothing()
          .returning()
        if (row === undefined) {
          throw new RequestError(
            'account_exists',
            'There is an account with this address: take another, the code is still good.',
          )
        }
        await tx.insert(userCredentials).values({
          id: randomUUID(),
          account_id: row.id,
          provider_id: 'credential',
          user_id: row.id,
          password,
          created_at: now,
          updated_at: now,
        })
        await tx
          .update(mothershipFacts)
          .set({ value: { ...code, used_at: now.toISOString() } satisfies SetupFact })
          .where(eq(mothershipFacts.name, setupFact))
        const account = accountOf(row)
        await audit.record(tx, {
          actor,
          action: 'account.set_up',
          subject: `account:${row.id}`,
          after: { role: account.role },
        })
        return account
      })
    },

    list: async ({ page, limit }) => {
      const [counted] = await db.select({ total: count() }).from(users)
      const rows = await db
        .select()
        .from(users)
        .orderBy(asc(users.created_at), asc(users.id))
        .limit(limit)
        .offset((page - 1) * limit)
      return {
        accounts: rows.map(accountOf),
        total: counted?.total ?? 0,
        page,
        page_size: limit,
      }
    },

    update: (id, change, actor) =>
      db.transaction(async (tx) => {
        const [row] = await tx.select().from(users).where(eq(users.id, id)).for('update')
        if (row === undefined) throw new RequestError('not_found', 'There is no such account.')
        const { role = row.role, author_id = row.author_id } = change
        await checkGrant(tx, row, role, author_id)
        const [written] = await tx
          .update(users)
          .set({ role, author_id, updated_at: clock.now() })
          .where(eq(users.id, id))
          .returning()
        if (written === undefined) throw new Error(`account ${id} is gone within its transaction`)
        await audit.record(tx, {
          actor,
          action: 'account.update',
          subject: `account:${id}`,
          before: { role: row.role, author_id: row.author_id },
          after: { role, author_id },
        })
        return accountOf(written)
      }),
  }
}

type UserRow = typeof users.$inferSelect

async function find(db: Database, id: string): Promise<UserRow | undefined> {
  const [row] = await db.select().from(users).where(eq(users.id, id))
  return row
}

function accountOf(row: UserRow): Account {
  return {
    id: row.id,
    email: row.email,
    email_verified: row.email_verified,
    name: row.name,
    role: row.role,
    author_id: row.author_id,
    two_factor_enabled: row.two_factor_enabled ?? false,
    created_at: row.created_at.toISOString(),
  }
}

/** Whoever acts for others has shown where they can be reached, and a publisher is one of somebody. */
async function checkGrant(
  tx: Database,
  row: UserRow,
  role: Account['role'],
  author_id: string | null,
): Promise<void> {
  if (role !== 'user' && !row.email_verified) {
    throw new RequestError('forbidden', `The address of a ${role} has to be verified first.`)
  }
  if (role === 'publisher' && author_id === null) {
    throw new RequestError('forbidden', 'A publisher acts for an author: give author_id as well.')
  }
  if (author_id === null) return
  const [publisher] = await tx
    .select({ author_id: publishers.author_id })
    .from(publishers)
    .where(eq(publishers.author_id, author_id))
  if (publisher === undefined) {
    throw new RequestError('not_found', `There is no publisher "${author_id}".`)
  }
}

/** Where the code's digest lies among the facts; `used_at` once it made somebody an admin. */
interface SetupFact {
  readonly sha256: string
  readonly used_at?: string
}

const setupFact = 'setup_code'

/** Two servers that start at once make one code, two that use it make one admin; any number that is no other lock's. */
const setupLock = 7_046_032

async function findCode(db: Database): Promise<SetupFact | undefined> {
  const [fact] = await db
    .select({ value: mothershipFacts.value })
    .from(mothershipFacts)
    .where(eq(mothershipFacts.name, setupFact))
  return fact?.value as SetupFact | undefined
}

function checkCode(fact: SetupFact | undefined, code: string): SetupFact {
  const known =
    fact !== undefined && timingSafeEqual(Buffer.from(fact.sha256, 'hex'), digestOf(code))
  if (fact === undefined || !known) {
    throw new RequestError(
      'forbidden',
      'The code is not the one of the first start: look into the file setup-code of the data directory.',
    )
  }
  if (fact.used_at !== undefined) {
    throw new RequestError('forbidden', 'The code was used: ask an admin for a role.')
  }
  return fact
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
