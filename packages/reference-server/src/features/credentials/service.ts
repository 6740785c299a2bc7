import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import type { Database } from '../../db/index.ts'
import { accessKeys } from '../../db/schema/access-keys.ts'
import type { Deps } from '../../ports/deps.ts'
import type { Actor, AuditService } from '../audit/service.ts'
import type { Caller } from './caller.ts'

/** What a presented credential comes to; the reason continues "the credential in X-API-Key …". */
export type CredentialVerdict =
  | { readonly valid: true; readonly caller: Caller }
  | { readonly valid: false; readonly reason: string }

/** A new access key. */
export interface NewAccessKey {
  readonly role: 'operator' | 'publisher' | 'satellite'
  readonly author_id?: string
  readonly name: string
  readonly expires_at?: Date
}

/** Access keys: made once, shown once, kept as a hash. */
export interface CredentialService {
  /** Makes a key within the given transaction; `key` is never to be had again. */
  create(tx: Database, input: NewAccessKey, actor: Actor): Promise<{ id: string; key: string }>
  /** Who a key belongs to. Never throws for a bad key, and takes as long for a wrong one as for a right one. */
  verify(key: string): Promise<CredentialVerdict>
  /**
   * Makes the operator's first key when there is none: `keep` gets it in clear before its hash is committed, so that no
   * crash leaves a key nobody knows. Answers whether one was made.
   */
  ensureOperatorKey(options: { keep: (key: string) => Promise<void> }): Promise<boolean>
}

/** Makes the service. */
export function createCredentials(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  audit: AuditService,
): CredentialService {
  const create: CredentialService['create'] = async (tx, input, actor) => {
    // 256 bits: nobody guesses it, so a plain digest is enough to keep.
    const key = `mothership_${input.role}_${randomBytes(32).toString('base64url')}`
    const id = randomUUID()
    await tx.insert(accessKeys).values({
      id,
      role: input.role,
      author_id: input.author_id ?? null,
      name: input.name,
      key_sha256: digestOf(key).toString('hex'),
      created_at: clock.now(),
      expires_at: input.expires_at ?? null,
    })
    await audit.record(tx, {
      actor,
      action: 'access_key.create',
      subject: `access_key:${id}`,
      after: { role: input.role, author_id: input.author_id ?? null, name: input.name },
    })
    return { id, key }
  }

  return {
    create,
    verify: async (key) => {
      const digest = digestOf(key)
      const [row] = await db
        .select()
        .from(accessKeys)
        .where(eq(accessKeys.key_sha256, digest.toString('hex')))
      if (row === undefined || !timingSafeEqual(Buffer.from(row.key_sha256, 'hex'), digest)) {
        return { valid: false, reason: 'is unknown here: check that it was copied whole.' }
      }
      const now = clock.now()
      if (row.revoked_at !== null) {
        return { valid: false, reason: 'was revoked: ask the operator for a new one.' }
      }
      if (row.expires_at !== null && row.expires_at <= now) {
        return { valid: false, reason: 'has expired: ask the operator for a new one.' }
      }
      const caller = { role: row.role, access_key_id: row.id, author_id: row.author_id }
      return { valid: true, caller }
    },
    ensureOperatorKey: ({ keep }) =>
      db.transaction(async (tx) => {
        await tx.execute(sql`select pg_advisory_xact_lock(${operatorKeyLock})`)
        const [existing] = await tx
          .select({ id: accessKeys.id })
          .from(accessKeys)
          .where(eq(accessKeys.role, 'operator'))
          .limit(1)
        if (existing !== undefined) return false
        const input = { role: 'operator', name: 'first operator' } as const
        const { key } = await create(tx, input, { role: 'server', id: 'start' })
        await keep(key)
        return true
      }),
  }
}

/** Two servers that start at once make one key; any number that is no other lock's. */
const operatorKeyLock = 7_046_031

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}
