import { and, eq, gte } from 'drizzle-orm'
import type {
  KeyRevocation,
  MothershipKeys,
  ReleaseSummary,
  SignedDocument,
} from '@mothership/client/contract'
import { isKind, type KeyRecord, type Kind } from '@mothership/manifest'
import type { Database } from '../../db/index.ts'
import { releases } from '../../db/schema/catalog.ts'
import { releaseStates } from '../../db/schema/releases.ts'
import { RequestError } from '../../errors.ts'
import type { Deps } from '../../ports/deps.ts'
import type { Actor, AuditService } from '../audit/service.ts'
import type { CatalogService } from '../catalog/service.ts'
import type { Caller } from '../credentials/caller.ts'
import type { PublisherService } from '../publishers/service.ts'
import type { ReleaseRecords } from './records.ts'
import type { Revocations } from './revocations.ts'

/** One version of one item. */
export interface ReleaseName {
  readonly kind: Kind
  readonly slug: string
  readonly version: string
}

/** Who does it, for the rule and for the trail. */
export interface By {
  readonly caller: Caller
  readonly actor: Actor
}

/** What becomes of releases after their approval, and how hosts hear of it. */
export interface ReleaseService {
  /** Withdraws for good. Throws `not_found`, `forbidden`, `release_yanked`. */
  yank(release: ReleaseName, reason: string, by: By): Promise<ReleaseSummary>
  /** Advises against. Throws as `yank` does. */
  deprecate(release: ReleaseName, reason: string, by: By): Promise<ReleaseSummary>
  /** Ends a deprecation. Throws as `yank` does. */
  restore(release: ReleaseName, by: By): Promise<ReleaseSummary>
  /**
   * Revokes a key, for good. One that was compromised takes with it every release approved since then; one that was
   * retired keeps its releases. Throws `not_found`, `forbidden`.
   */
  revokeKey(
    key: { readonly author_id: string; readonly key_id: string },
    input: KeyRevocation,
    by: By,
  ): Promise<KeyRecord>
  /** The keys this mothership vouches with. */
  keys(): Promise<MothershipKeys>
  /** The signed list of what was withdrawn. */
  revocations(): Promise<SignedDocument>
}

/** What the service works with. */
export interface ReleaseParts {
  readonly audit: AuditService
  readonly catalog: CatalogService
  readonly publishers: PublisherService
  readonly records: ReleaseRecords
  readonly revocations: Revocations
}

/** Makes the service. */
export function createReleases(
  { db, clock, identity }: Pick<Deps, 'db' | 'clock' | 'identity'>,
  { audit, catalog, publishers, records, revocations }: ReleaseParts,
): ReleaseService {
  return {
    yank: (name, reason, by) => change(name, 'yanked', reason, by),
    deprecate: (name, reason, by) => change(name, 'deprecated', reason, by),
    restore: (name, by) => change(name, 'active', null, by),

    revokeKey: ({ author_id, key_id }, input, { caller, actor }) => {
      refuseOthers(caller, author_id)
      return db.transaction(async (tx) => {
        const record = await publishers.markRevoked(tx, { author_id, key_id }, input, clock.now())
        await audit.record(tx, {
          actor,
          action: 'publisher_key.revoke',
          subject: `publisher:${author_id}`,
          after: { key_id, ...input },
        })
        await revocations.outdate(tx)
        if (record.compromised_since !== undefined) {
          await withdrawSince(tx, key_id, new Date(record.compromised_since), actor)
        }
        return record
      })
    },

    keys: async () => ({
      mothership_id: identity.mothership_id,
      keys: await records.keys(),
    }),
    revocations: () => revocations.current(),
  }

  async function change(
    { kind, slug, version }: ReleaseName,
    status: ReleaseSummary['status'],
    reason: string | null,
    { caller, actor }: By,
  ): Promise<ReleaseSummary> {
    const release = await catalog.releaseRow(kind, slug, version)
    refuseOthers(caller, release.author_id)
    await db.transaction(async (tx) => {
      const before = await hold(tx, release.id)
      if (before?.status === 'yanked') {
        throw new RequestError(
          'release_yanked',
          `${slug} ${version} was withdrawn, and that is for good: ${before.reason}`,
        )
      }
      if (status === 'yanked') await revocations.outdate(tx)
      await write(tx, release.id, status, reason, actor)
      await audit.record(tx, {
        actor,
        action: `release.${status === 'active' ? 'restore' : status === 'yanked' ? 'yank' : 'deprecate'}`,
        subject: `release:${kind}:${slug}@${version}`,
        before: { status: before?.status ?? 'active' },
        after: { status, reason },
      })
      await catalog.reproject(tx, [{ kind, slug }])
    })
    return catalog.releaseSummary(kind, slug, version)
  }

  async function write(
    tx: Database,
    release_id: string,
    status: ReleaseSummary['status'],
    reason: string | null,
    actor: Actor,
  ): Promise<void> {
    if (status === 'active') {
      await tx.delete(releaseStates).where(eq(releaseStates.release_id, release_id))
      return
    }
    const state = {
      status,
      reason: reason ?? '',
      changed_at: clock.now(),
      changed_by: actor.id,
    }
    await tx
      .insert(releaseStates)
      .values({ release_id, ...state })
      .onConflictDoUpdate({ target: releaseStates.release_id, set: state })
  }

  /** What somebody else may have signed is nobody's to install. */
  async function withdrawSince(
    tx: Database,
    key_id: string,
    since: Date,
    actor: Actor,
  ): Promise<void> {
    const signed = await tx
      .select({ id: releases.id, kind: releases.kind, slug: releases.slug })
      .from(releases)
      .where(and(eq(releases.key_id, key_id), gte(releases.approved_at, since)))
      .orderBy(releases.id)
    for (const { id } of signed) {
      const before = await hold(tx, id)
      if (before?.status === 'yanked') continue
      await write(tx, id, 'yanked', 'The key that signed it was compromised.', actor)
    }
    const items = new Map(signed.map((row) => [`${row.kind}:${row.slug}`, row]))
    const changed = [...items.values()].flatMap(({ kind, slug }) =>
      isKind(kind) ? { kind, slug } : [],
    )
    await catalog.reproject(tx, changed)
  }
}

/** A publisher's own, or whoever moderates. */
function refuseOthers(caller: Caller, author_id: string): void {
  if (caller.role === 'publisher' && caller.author_id !== author_id) {
    throw new RequestError('forbidden', 'This belongs to another publisher.')
  }
}

/** The release is held until the end of the transaction, so that two changes of it follow each other. */
async function hold(
  tx: Database,
  release_id: string,
): Promise<typeof releaseStates.$inferSelect | undefined> {
  await tx
    .select({ id: releases.id })
    .from(releases)
    .where(eq(releases.id, release_id))
    .for('update')
  const [state] = await tx
    .select()
    .from(releaseStates)
    .where(eq(releaseStates.release_id, release_id))
  return state
}
