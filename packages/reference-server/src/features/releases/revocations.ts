import { and, asc, desc, eq, isNotNull, lt, sql } from 'drizzle-orm'
import type { SignedDocument } from '@mothership/client/contract'
import { parseJson } from '@mothership/manifest'
import { type Revocation, revocationList } from '@mothership/manifest/documents'
import type { Database } from '../../db/index.ts'
import { releases } from '../../db/schema/catalog.ts'
import { publisherKeys } from '../../db/schema/publishers.ts'
import { releaseStates, revocationLists } from '../../db/schema/releases.ts'
import type { Deps } from '../../ports/deps.ts'
import type { ReleaseRecords } from './records.ts'

/** Everything that was withdrawn, signed. */
export interface Revocations {
  /** The list as it stands; signed anew when something was withdrawn since, or half its time is over. */
  current(): Promise<SignedDocument>
  /**
   * Says within the transaction that withdraws something that the list is no longer complete. Nobody signs one until the
   * transaction ends.
   */
  outdate(tx: Database): Promise<void>
}

/** A host that hears nothing for a day stops updating; it asks again long before. */
const lifeMs = 24 * 3_600_000

/** Makes the list. */
export function createRevocations(
  { db, clock, identity }: Pick<Deps, 'db' | 'clock' | 'identity'>,
  records: ReleaseRecords,
): Revocations {
  return {
    current: async () => {
      const found = await newest(db)
      if (found !== undefined && isGood(found)) return documentOf(found)
      return db.transaction(async (tx) => {
        await lock(tx)
        const again = await newest(tx)
        if (again !== undefined && isGood(again)) return documentOf(again)
        return issue(tx)
      })
    },

    outdate: async (tx) => {
      await lock(tx)
      await tx.update(revocationLists).set({ is_stale: true })
    },
  }

  function isGood({ is_stale, expires_at }: ListRow): boolean {
    return !is_stale && expires_at.getTime() - clock.now().getTime() > lifeMs / 2
  }

  async function issue(tx: Database): Promise<SignedDocument> {
    const issued_at = clock.now()
    const expires_at = new Date(issued_at.getTime() + lifeMs)
    const [row] = await tx
      .insert(revocationLists)
      .values({ issued_at, expires_at, document: '' })
      .returning({ sequence: revocationLists.sequence })
    if (row === undefined) throw new TypeError('the database answered no sequence')
    const { sequence } = row
    const signed = await revocationList.sign(
      {
        schema_version: '1.0',
        document: 'revocation_list',
        mothership_id: identity.mothership_id,
        sequence,
        issued_at: issued_at.toISOString(),
        expires_at: expires_at.toISOString(),
        revocations: [...(await revokedKeys(tx)), ...(await yankedReleases(tx))],
      },
      await records.signer(tx),
    )
    const document = JSON.stringify(signed)
    await tx.update(revocationLists).set({ document }).where(eq(revocationLists.sequence, sequence))
    await tx.delete(revocationLists).where(lt(revocationLists.sequence, sequence))
    return parseJson(document) as SignedDocument // signed above
  }
}

type ListRow = typeof revocationLists.$inferSelect

function documentOf({ document }: ListRow): SignedDocument {
  return parseJson(document) as SignedDocument // signed when it was stored
}

async function newest(tx: Database): Promise<ListRow | undefined> {
  const [row] = await tx
    .select()
    .from(revocationLists)
    .orderBy(desc(revocationLists.sequence))
    .limit(1)
  return row
}

/** Any number that is no other lock's. */
const revocationLock = 7_046_032

async function lock(tx: Database): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${revocationLock})`)
}

async function revokedKeys(tx: Database): Promise<Revocation[]> {
  const rows = await tx
    .select()
    .from(publisherKeys)
    .where(isNotNull(publisherKeys.revoked_at))
    .orderBy(asc(publisherKeys.revoked_at), asc(publisherKeys.key_id))
  return rows.map(({ key_id, revoked_at, compromised_since, revocation_reason }) => ({
    type: 'key',
    key_id,
    revoked_at: (revoked_at ?? new Date(0)).toISOString(),
    ...(compromised_since === null ? {} : { compromised_since: compromised_since.toISOString() }),
    reason: revocation_reason ?? 'revoked',
  }))
}

async function yankedReleases(tx: Database): Promise<Revocation[]> {
  const rows = await tx
    .select({ release: releases, state: releaseStates })
    .from(releaseStates)
    .innerJoin(releases, and(eq(releases.id, releaseStates.release_id)))
    .where(eq(releaseStates.status, 'yanked'))
    .orderBy(asc(releaseStates.changed_at), asc(releases.id))
  return rows.map(({ release: { kind, slug, version }, state }) => ({
    type: 'release',
    kind,
    slug,
    version,
    revoked_at: state.changed_at.toISOString(),
    reason: state.reason,
  }))
}
