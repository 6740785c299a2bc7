import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import { and, eq, gt, isNull, or, sql } from 'drizzle-orm'
import type { Scope } from '@mothership/client/contract'
import type { Database } from '../../db/index.ts'
import { accessKeys } from '../../db/schema/access-keys.ts'
import { users } from '../../db/schema/accounts.ts'
import type { Deps } from '../../ports/deps.ts'
import type { Actor, AuditService } from '../audit/service.ts'
import type { Caller } from './caller.ts'
import { createSecretText, isMistyped, type SecretKind } from './secret-text.ts'

/** What a presented credential comes to; the reason continues "the credential in X-API-Key …". */
export type CredentialVerdict =
  | { readonly valid: true; readonly caller: Caller }
  | { readonly valid: false; readonly reason: string }

/** A new access key. */
export interface NewAccessKey {
  readonly role: SecretKind
  readonly author_id?: string
  readonly name: string
  /** Whose it is to list and revoke. Default: the publisher's it speaks for, else the operator's. */
  readonly owner?: string
  /** Default: whatever its role opens. */
  readonly scopes?: readonly Scope[]
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
    const key = createSecretText(input.role)
    const id = randomUUID()
    const author_id = input.author_id ?? null
    const owner = input.owner ?? (author_id === null ? 'operator' : `publisher:${author_id}`)
    const scopes = input.scopes === undefined ? null : [...input.scopes]
    await tx.insert(accessKeys).values({
      id,
      role: input.role,
      author_id,
      owner,
      name: input.name,
      key_sha256: digestOf(key).toString('hex'),
      scopes,
      created_at: clock.now(),
      expires_at: input.expires_at ?? null,
    })
    await audit.record(tx, {
      actor,
      action: 'access_key.create',
      subject: `access_key:${id}`,
      after: { role: input.role, author_id, owner, name: input.name, scopes },
    })
    return { id, key }
  }

  return {
    create,
    verify: async (key) => {
      if (isMistyped(key)) {
        return refused('is mistyped or cut: its checksum does not fit; copy it whole.')
      }
      const digest = digestOf(key)
      const [found] = await db
        .select({ row: accessKeys, owner: { role: users.role, author_id: users.author_id } })
        .from(accessKeys)
        // `account:<id>`; what follows in other owners is nobody's id.
        .leftJoin(users, eq(users.id, sql`substr(${accessKeys.owner}, 9)`))
        .where(eq(accessKeys.key_sha256, digest.toString('hex')))
      if (
        found === undefined ||
        !timingSafeEqual(Buffer.from(found.row.key_sha256, 'hex'), digest)
      ) {
        return refused('is unknown here: check that it was copied whole.')
      }
      const { row, owner } = found
      const now = clock.now()
      if (row.revoked_at !== null) return refused('was revoked: ask for a new one, or make one.')
      if (row.expires_at !== null && row.expires_at <= now) {
        return refused(
          row.replaced_by === null
            ? 'has expired: ask for a new one, or make one.'
            : 'was rotated, and its time beside the new one is over: use the new one.',
        )
      }
      if (row.role === 'account' && owner === null) {
        return refused('belongs to an account that is gone.')
      }
      await touch(row.id, row.last_used_at, now)
      return { valid: true, caller: callerOf(row, owner) }
    },
    ensureOperatorKey: ({ keep }) =>
      db.transaction(async (tx) => {
        await tx.execute(sql`select pg_advisory_xact_lock(${operatorKeyLock})`)
        const [existing] = await tx
          .select({ id: accessKeys.id })
          .from(accessKeys)
          .where(
            and(
              eq(accessKeys.role, 'operator'),
              isNull(accessKeys.revoked_at),
              or(isNull(accessKeys.expires_at), gt(accessKeys.expires_at, clock.now())),
            ),
          )
          .limit(1)
        if (existing !== undefined) return false
        const input = { role: 'operator', name: 'first operator' } as const
        const { key } = await create(tx, input, { role: 'server', id: 'start' })
        await keep(key)
        return true
      }),
  }

  /** Last use is kept to the minute: a write a request would cost more than it tells. */
  async function touch(id: string, last: Date | null, now: Date): Promise<void> {
    if (last !== null && now.getTime() - last.getTime() < 60_000) return
    await db.update(accessKeys).set({ last_used_at: now }).where(eq(accessKeys.id, id))
  }
}

/** Two servers that start at once make one key; any number that is no other lock's. */
const operatorKeyLock = 7_046_031

type KeyRow = typeof accessKeys.$inferSelect

function callerOf(
  row: KeyRow,
  owner: { readonly role: Caller['role']; readonly author_id: string | null } | null,
): Caller {
  const { id: access_key_id, scopes } = row
  const account_id = row.owner.startsWith('account:') ? row.owner.slice('account:'.length) : null
  if (row.role !== 'account') {
    // A satellite's token is a machine's, whoever owns it: it speaks for nobody.
    return {
      role: row.role,
      access_key_id,
      account_id: null,
      author_id: row.author_id,
      scopes,
    }
  }
  return {
    role: owner?.role ?? 'user',
    access_key_id,
    account_id,
    author_id: owner?.author_id ?? null,
    scopes,
  }
}

function refused(reason: string): CredentialVerdict {
  return { valid: false, reason }
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}
