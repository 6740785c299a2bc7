import { and, desc, eq, gt, isNull, or, sql } from 'drizzle-orm'
import {
  type Token,
  type TokenCreated,
  type TokenCreation,
  type TokenList,
  type TokenRotation,
  type TokenScope,
  tokenScopes,
} from '@mothership/client/contract'
import type { Database } from '../../db/index.ts'
import { accessKeys } from '../../db/schema/access-keys.ts'
import { RequestError } from '../../errors.ts'
import type { Deps } from '../../ports/deps.ts'
import type { Actor, AuditService } from '../audit/service.ts'
import { type Caller, ownerOf } from '../credentials/caller.ts'
import type { CredentialService, NewAccessKey } from '../credentials/service.ts'
import type { SecretKind } from '../credentials/secret-text.ts'

/** The tokens of whoever asks; nobody else's can be seen or touched. */
export interface TokenService {
  list(caller: Caller): Promise<TokenList>
  /** Throws `forbidden`. */
  create(input: TokenCreation, caller: Caller, actor: Actor): Promise<TokenCreated>
  /** A new token like the old one, which works for the overlap still. Throws `not_found`, `forbidden`. */
  rotate(id: string, input: TokenRotation, caller: Caller, actor: Actor): Promise<TokenCreated>
  /** Ends a token at once; again is harmless. Throws `not_found`. */
  revoke(id: string, caller: Caller, actor: Actor): Promise<Token>
}

/** Working tokens one owner may have: a fleet of satellites shares scopes, not secrets, and still fits. */
const maxWorking = 100

/** Of the past, so many are listed. */
const maxListed = 1000

const defaultOverlapSeconds = 86_400

/** Makes the service. */
export function createTokens(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  audit: AuditService,
  credentials: CredentialService,
): TokenService {
  return {
    list: async (caller) => {
      const rows = await db
        .select()
        .from(accessKeys)
        .where(eq(accessKeys.owner, ownerOf(caller)))
        .orderBy(desc(accessKeys.created_at), desc(accessKeys.id))
        .limit(maxListed)
      return { tokens: rows.map(tokenOf) }
    },

    create: (input, caller, actor) =>
      db.transaction(async (tx) => {
        const now = clock.now()
        const expires_at = input.expires_at === undefined ? undefined : new Date(input.expires_at)
        if (expires_at !== undefined && expires_at <= now) {
          throw new RequestError('invalid_request', 'expires_at lies in the past.', {
            issues: [{ path: 'body.expires_at', message: 'a time to come' }],
          })
        }
        await refuseTooMany(tx, ownerOf(caller), now)
        const made: NewAccessKey = {
          role: input.type === 'satellite' ? 'satellite' : keyRoleOf(caller),
          ...(input.type === 'api_key' && caller.account_id === null && caller.author_id !== null
            ? { author_id: caller.author_id }
            : {}),
          owner: ownerOf(caller),
          name: input.name,
          scopes: input.scopes,
          ...(expires_at === undefined ? {} : { expires_at }),
        }
        return createWith(tx, made, actor)
      }),

    rotate: (id, input, caller, actor) =>
      db.transaction(async (tx) => {
        const now = clock.now()
        const old = await hold(tx, id, caller)
        if (old.revoked_at !== null || old.replaced_by !== null || isOver(old.expires_at, now)) {
          throw new RequestError(
            'forbidden',
            'Only a token that works can be rotated, and only once: make a new one.',
          )
        }
        const life =
          old.expires_at === null ? undefined : old.expires_at.getTime() - old.created_at.getTime()
        const made = await createWith(
          tx,
          {
            role: old.role,
            ...(old.author_id === null ? {} : { author_id: old.author_id }),
            owner: old.owner,
            name: old.name,
            ...(old.scopes === null ? {} : { scopes: old.scopes }),
            ...(life === undefined ? {} : { expires_at: new Date(now.getTime() + life) }),
          },
          actor,
        )
        const { overlap_seconds = defaultOverlapSeconds } = input
        const end = new Date(now.getTime() + overlap_seconds * 1000)
        const expires_at = old.expires_at !== null && old.expires_at < end ? old.expires_at : end
        await tx
          .update(accessKeys)
          .set({ replaced_by: made.token.id, expires_at })
          .where(eq(accessKeys.id, id))
        await audit.record(tx, {
          actor,
          action: 'access_key.rotate',
          subject: `access_key:${id}`,
          before: { expires_at: old.expires_at },
          after: { expires_at, replaced_by: made.token.id },
        })
        return made
      }),

    revoke: (id, caller, actor) =>
      db.transaction(async (tx) => {
        const row = await hold(tx, id, caller)
        if (row.revoked_at !== null) return tokenOf(row)
        const revoked_at = clock.now()
        await tx.update(accessKeys).set({ revoked_at }).where(eq(accessKeys.id, id))
        await audit.record(tx, {
          actor,
          action: 'access_key.revoke',
          subject: `access_key:${id}`,
          before: { revoked_at: null },
          after: { revoked_at },
        })
        return tokenOf({ ...row, revoked_at })
      }),
  }

  async function createWith(
    tx: Database,
    input: NewAccessKey,
    actor: Actor,
  ): Promise<TokenCreated> {
    const { id, key } = await credentials.create(tx, input, actor)
    const [row] = await tx.select().from(accessKeys).where(eq(accessKeys.id, id))
    if (row === undefined) throw new Error(`access key ${id} is gone within its transaction`)
    return { token: tokenOf(row), secret: key }
  }
}

type KeyRow = typeof accessKeys.$inferSelect

/** Held until the end of the transaction. Somebody else's is answered like one that is not there. */
async function hold(tx: Database, id: string, caller: Caller): Promise<KeyRow> {
  const [row] = await tx
    .select()
    .from(accessKeys)
    .where(and(eq(accessKeys.id, id), eq(accessKeys.owner, ownerOf(caller))))
    .for('update')
  if (row === undefined) {
    throw new RequestError('not_found', 'There is no token with this id among yours.')
  }
  return row
}

async function refuseTooMany(tx: Database, owner: string, now: Date): Promise<void> {
  // Two at once wait for each other here, so that the count holds.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`tokens:${owner}`}, 0))`)
  const { length } = await tx
    .select({ id: accessKeys.id })
    .from(accessKeys)
    .where(
      and(
        eq(accessKeys.owner, owner),
        isNull(accessKeys.revoked_at),
        or(isNull(accessKeys.expires_at), gt(accessKeys.expires_at, now)),
      ),
    )
    .limit(maxWorking)
  if (length >= maxWorking) {
    throw new RequestError('forbidden', `There are ${maxWorking} working tokens: revoke one first.`)
  }
}

/** A key of a person acts as that person; a machine's makes keys of its own kind. */
function keyRoleOf(caller: Caller): SecretKind {
  if (caller.account_id !== null) return 'account'
  return caller.role === 'operator' ? 'operator' : 'publisher'
}

function isOver(at: Date | null, now: Date): boolean {
  return at !== null && at <= now
}

function tokenOf(row: KeyRow): Token {
  return {
    id: row.id,
    type: row.role === 'satellite' ? 'satellite' : 'api_key',
    name: row.name,
    scopes: row.scopes === null ? [...tokenScopes] : row.scopes.filter(isTokenScope),
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
    expires_at: row.expires_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
    replaced_by: row.replaced_by,
  }
}

function isTokenScope(scope: string): scope is TokenScope {
  return (tokenScopes as readonly string[]).includes(scope)
}
