import { and, asc, eq, inArray } from 'drizzle-orm'
import type {
  KeyRevocation,
  Publisher,
  PublisherCreated,
  PublisherCreation,
} from '@mothership/client/contract'
import { keyProofMessage } from '@mothership/client/contract'
import { ed25519, type KeyRecord, keyIdOf } from '@mothership/manifest'
import type { Database } from '../../db/index.ts'
import { namespaces, publisherKeys, publishers } from '../../db/schema/publishers.ts'
import { RequestError } from '../../errors.ts'
import type { Deps } from '../../ports/deps.ts'
import type { Actor, AuditService } from '../audit/service.ts'
import type { Caller } from '../credentials/caller.ts'
import type { CredentialService } from '../credentials/service.ts'

/** How a key came to this mothership. */
export type Custody = 'self' | 'operator' | 'importer'

/** A key with who holds it. */
export interface HeldKey extends KeyRecord {
  readonly custody: Custody
}

/** Publishers, their namespaces and their keys. */
export interface PublisherService {
  create(input: PublisherCreation, actor: Actor): Promise<PublisherCreated>
  /** Registers a key of the caller's own, after it proved that it is held. */
  addKey(
    author_id: string,
    input: { public_key: string; proof: string },
    caller: Caller,
    actor: Actor,
  ): Promise<KeyRecord>
  /** Keys of a publisher, oldest first, revoked ones included. Throws `not_found`. */
  keys(author_id: string): Promise<KeyRecord[]>
  /** Keys of an author with who holds them, for verification; none when there is no such author. */
  findKeys(tx: Database, author_id: string): Promise<HeldKey[]>
  /**
   * Writes a revocation within the given transaction. One that is revoked already keeps its moment; an earlier
   * `compromised_since` than the one that is there replaces it. Throws `not_found`.
   */
  markRevoked(
    tx: Database,
    key: { readonly author_id: string; readonly key_id: string },
    input: KeyRevocation,
    now: Date,
  ): Promise<KeyRecord>
  /** Makes sure that the importer is there, with this key and this namespace. */
  ensureImporter(key: { key_id: string; public_key: string }, namespace: string): Promise<void>
}

/** Author of everything that is imported. Nobody else may be called that. */
export const importerAuthorId = 'importer'

/** Keys an author may register over the years; the contract's list holds as many. */
const maxKeys = 100

/** Makes the service. */
export function createPublishers(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  audit: AuditService,
  credentials: CredentialService,
): PublisherService {
  return {
    create: (input, actor) =>
      db.transaction(async (tx) => {
        if (input.author_id === importerAuthorId) {
          throw new RequestError(
            'author_exists',
            `"${importerAuthorId}" is this mothership's own: take another author_id.`,
          )
        }
        const publisher = await insertPublisher(tx, input, clock.now())
        await claimNamespaces(tx, input.author_id, input.namespaces, clock.now())
        await audit.record(tx, {
          actor,
          action: 'publisher.create',
          subject: `publisher:${input.author_id}`,
          after: publisher,
        })
        const key = { role: 'publisher', author_id: input.author_id, name: 'first key' } as const
        const { key: access_key } = await credentials.create(tx, key, actor)
        return { publisher, access_key }
      }),

    addKey: (author_id, input, caller, actor) => {
      if (caller.author_id !== author_id) {
        throw new RequestError('forbidden', 'A publisher registers keys of its own only.')
      }
      const publicKey = Buffer.from(input.public_key, 'hex')
      const proof = Buffer.from(input.proof, 'base64url')
      // Keys of small order or in another form than the canonical one verify nothing, so they end here as well.
      const message = keyProofMessage({ author_id, public_key: input.public_key })
      if (!ed25519.verify(proof, message, publicKey)) {
        throw new RequestError(
          'invalid_proof',
          'The proof does not verify with the key: sign keyProofMessage({ author_id, public_key }) of @mothership/client/contract with it.',
        )
      }
      return db.transaction(async (tx) => {
        // Two registrations of one author wait for each other here, so that the count holds.
        const held = await tx
          .select({ author_id: publishers.author_id })
          .from(publishers)
          .where(eq(publishers.author_id, author_id))
          .for('update')
        if (held.length === 0) throw unknownPublisher(author_id)
        const { length } = await tx
          .select({ key_id: publisherKeys.key_id })
          .from(publisherKeys)
          .where(eq(publisherKeys.author_id, author_id))
        if (length >= maxKeys) {
          throw new RequestError('forbidden', `An author has at most ${maxKeys} keys.`)
        }
        const key_id = keyIdOf(publicKey)
        const key = { key_id, public_key: input.public_key, author_id, custody: 'self' } as const
        const inserted = await insertKey(tx, key, clock.now())
        if (!inserted) {
          throw new RequestError('key_exists', `Key ${key_id} is registered already.`)
        }
        await audit.record(tx, {
          actor,
          action: 'publisher_key.add',
          subject: `publisher:${author_id}`,
          after: { key_id, public_key: input.public_key },
        })
        const [record] = await loadKeys(tx, [key_id])
        if (record === undefined) throw new Error(`key ${key_id} is gone within its transaction`)
        return recordOf(record)
      })
    },

    keys: async (author_id) => {
      const [publisher] = await db
        .select({ author_id: publishers.author_id })
        .from(publishers)
        .where(eq(publishers.author_id, author_id))
      if (publisher === undefined) throw unknownPublisher(author_id)
      const keys = await loadKeys(db, await keyIdsOf(db, author_id))
      return keys.map(recordOf)
    },

    findKeys: async (tx, author_id) => loadKeys(tx, await keyIdsOf(tx, author_id)),

    markRevoked: async (tx, { author_id, key_id }, input, now) => {
      const where = and(eq(publisherKeys.author_id, author_id), eq(publisherKeys.key_id, key_id))
      const [key] = await tx.select().from(publisherKeys).where(where).for('update')
      if (key === undefined) {
        throw new RequestError('not_found', `"${author_id}" has no key ${key_id}.`)
      }
      const since = input.compromised_since === undefined ? null : new Date(input.compromised_since)
      const earlier = [key.compromised_since, since]
        .filter((at) => at !== null)
        .sort((a, b) => a.getTime() - b.getTime())
      await tx
        .update(publisherKeys)
        .set({
          revoked_at: key.revoked_at ?? now,
          compromised_since: earlier[0] ?? null,
          revocation_reason: input.reason,
        })
        .where(where)
      const [record] = await loadKeys(tx, [key_id])
      if (record === undefined) throw new Error(`key ${key_id} is gone within its transaction`)
      return recordOf(record)
    },

    ensureImporter: (key, namespace) =>
      db.transaction(async (tx) => {
        const now = clock.now()
        const actor: Actor = { role: 'server', id: 'sync' }
        const [made] = await tx
          .insert(publishers)
          .values({ author_id: importerAuthorId, display_name: 'Importer', created_at: now })
          .onConflictDoNothing()
          .returning()
        const row = { ...key, author_id: importerAuthorId, custody: 'importer' } as const
        const newKey = await insertKey(tx, row, now)
        const owner = await ownerOf(tx, namespace)
        if (owner !== importerAuthorId) {
          await claimNamespaces(tx, importerAuthorId, [namespace], now)
        }
        if (made !== undefined || newKey || owner === undefined) {
          await audit.record(tx, {
            actor,
            action: 'importer.prepare',
            subject: `publisher:${importerAuthorId}`,
            after: { key_id: key.key_id, namespace },
          })
        }
      }),
  }
}

async function insertPublisher(
  tx: Database,
  input: PublisherCreation,
  now: Date,
): Promise<Publisher> {
  const [row] = await tx
    .insert(publishers)
    .values({ author_id: input.author_id, display_name: input.display_name, created_at: now })
    .onConflictDoNothing()
    .returning()
  if (row === undefined) {
    throw new RequestError('author_exists', `"${input.author_id}" is registered already.`)
  }
  const { author_id, display_name } = row
  const owned = [...new Set(input.namespaces)].sort()
  return { author_id, display_name, namespaces: owned, created_at: row.created_at.toISOString() }
}

async function claimNamespaces(
  tx: Database,
  author_id: string,
  wanted: readonly string[],
  now: Date,
): Promise<void> {
  // In one order everywhere, so that two claims of the same names wait and never lock each other out.
  for (const namespace of [...new Set(wanted)].sort()) {
    const [claimed] = await tx
      .insert(namespaces)
      .values({ namespace, author_id, created_at: now })
      .onConflictDoNothing()
      .returning()
    if (claimed === undefined) {
      throw new RequestError(
        'namespace_taken',
        `The namespace "${namespace}" is taken, and one that was taken is never given away: choose another.`,
      )
    }
  }
}

async function ownerOf(tx: Database, namespace: string): Promise<string | undefined> {
  const [row] = await tx.select().from(namespaces).where(eq(namespaces.namespace, namespace))
  return row?.author_id
}

async function insertKey(
  tx: Database,
  key: { key_id: string; public_key: string; author_id: string; custody: Custody },
  now: Date,
): Promise<boolean> {
  const [row] = await tx
    .insert(publisherKeys)
    .values({ ...key, valid_from: now, created_at: now })
    .onConflictDoNothing()
    .returning()
  return row !== undefined
}

async function keyIdsOf(tx: Database, author_id: string): Promise<string[]> {
  const rows = await tx
    .select({ key_id: publisherKeys.key_id })
    .from(publisherKeys)
    .where(eq(publisherKeys.author_id, author_id))
  return rows.map(({ key_id }) => key_id)
}

async function loadKeys(tx: Database, keyIds: readonly string[]): Promise<HeldKey[]> {
  if (keyIds.length === 0) return []
  const rows = await tx
    .select()
    .from(publisherKeys)
    .where(inArray(publisherKeys.key_id, [...keyIds]))
    .orderBy(asc(publisherKeys.created_at), asc(publisherKeys.key_id))
  const authors = [...new Set(rows.map(({ author_id }) => author_id))]
  const owned =
    authors.length === 0
      ? []
      : await tx
          .select()
          .from(namespaces)
          .where(inArray(namespaces.author_id, authors))
          .orderBy(asc(namespaces.namespace))
  return rows.map((row) => ({
    key_id: row.key_id,
    public_key: row.public_key,
    author_id: row.author_id,
    custody: row.custody,
    namespaces: owned
      .filter(({ author_id }) => author_id === row.author_id)
      .map(({ namespace }) => namespace),
    valid_from: row.valid_from.toISOString(),
    ...optionalTime('valid_until', row.valid_until),
    ...optionalTime('revoked_at', row.revoked_at),
    ...optionalTime('compromised_since', row.compromised_since),
  }))
}

/** The part of a key that everybody may see. */
function recordOf({ custody: _custody, ...record }: HeldKey): KeyRecord {
  return record
}

function optionalTime<Name extends string>(name: Name, at: Date | null): { [K in Name]?: string } {
  return at === null ? {} : ({ [name]: at.toISOString() } as { [K in Name]?: string })
}

function unknownPublisher(author_id: string): RequestError {
  return new RequestError('not_found', `There is no publisher "${author_id}".`)
}
