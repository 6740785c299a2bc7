import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { and, eq } from 'drizzle-orm'
import type { Finding, SubmissionStatus } from '@mothership/client/contract'
import {
  ArchiveError,
  compareVersions,
  type FileMap,
  ManifestError,
  type ManifestDraft,
  type Signer,
  signManifest,
  treeDigest,
} from '@mothership/manifest'
import { listTree, packFiles } from '@mothership/manifest/archive'
import type { Database } from '../../db/index.ts'
import { releases } from '../../db/schema/catalog.ts'
import { submissions } from '../../db/schema/submissions.ts'
import { RequestError } from '../../errors.ts'
import type { Actor } from '../audit/service.ts'
import type { ModerationService } from '../moderation/service.ts'
import { importerAuthorId } from '../publishers/service.ts'
import type { SubmissionService } from '../submissions/service.ts'
import type { SyncItem } from './summary.ts'

/** What an item goes through. */
export interface ImportServices {
  readonly db: Database
  readonly submissions: SubmissionService
  readonly moderation: ModerationService
  readonly signer: Signer
  readonly stagingDirectory: string
  readonly autoApprove: boolean
  readonly actor: Actor
  readonly signal?: AbortSignal | undefined
}

/** One item of a source: its files, and what a converter made of them. */
export interface ItemOffer {
  readonly draft: ManifestDraft
  readonly files: FileMap
  /** What the converter noticed, for a moderator. */
  readonly findings: readonly Finding[]
}

/**
 * Brings one item in by the way of every author: packed, signed, submitted, approved. The same files add nothing; other
 * files under a version that is there are a failure of this item alone.
 */
export async function importItem(offer: ItemOffer, services: ImportServices): Promise<SyncItem> {
  const { draft } = offer
  const item = { kind: draft.kind, slug: draft.slug, name: draft.name, version: draft.version }
  try {
    const before = await existing(services.db, draft)
    const same = before.find(({ version }) => version === draft.version)
    if (same !== undefined) return await meetExisting(item, same, offer, services)
    const submission = await submitPacked(offer, services)
    if (!services.autoApprove) {
      return { ...item, outcome: 'pending_review', reason: 'waits for a moderator' }
    }
    await services.moderation.approve(submission, { note: 'imported' }, services.actor)
    const isNew = before.every(({ status }) => status !== 'approved')
    return { ...item, outcome: isNew ? 'added' : 'updated' }
  } catch (error) {
    services.signal?.throwIfAborted()
    const failure = failureOf(error)
    if (failure === undefined) throw error
    return { ...item, outcome: 'failed', ...failure }
  }
}

interface Existing {
  readonly id: string
  readonly version: string
  readonly status: SubmissionStatus
  readonly tree_sha256: string
}

async function existing(db: Database, draft: ManifestDraft): Promise<Existing[]> {
  const rows = await db
    .select({
      id: submissions.id,
      version: submissions.version,
      status: submissions.status,
      tree_sha256: submissions.tree_sha256,
    })
    .from(submissions)
    .where(and(eq(submissions.kind, draft.kind), eq(submissions.slug, draft.slug)))
  return rows.filter(({ status }) => status !== 'rejected' && status !== 'withdrawn')
}

type Named = Pick<SyncItem, 'kind' | 'slug' | 'name' | 'version'>

async function meetExisting(
  item: Named,
  same: Existing,
  { files, draft }: ItemOffer,
  services: ImportServices,
): Promise<SyncItem> {
  if (same.tree_sha256 !== treeDigest(listTree(files))) {
    return {
      ...item,
      outcome: 'failed',
      code: 'version_exists',
      reason: `${draft.version} is there with other files: a version never changes, the source must raise its number`,
    }
  }
  if (same.status === 'approved') return { ...item, outcome: 'skipped', reason: 'unchanged' }
  if (!services.autoApprove) {
    return { ...item, outcome: 'pending_review', reason: 'waits for a moderator' }
  }
  // A run that died between submission and approval is taken up where it stopped.
  await services.moderation.approve(same.id, { note: 'imported' }, services.actor)
  const [earlier] = await services.db
    .select({ version: releases.version })
    .from(releases)
    .where(and(eq(releases.kind, draft.kind), eq(releases.slug, draft.slug)))
    .limit(2)
  const isNew = earlier === undefined || compareVersions(earlier.version, draft.version) === 0
  return { ...item, outcome: isNew ? 'added' : 'updated' }
}

async function submitPacked(
  { draft, files, findings }: ItemOffer,
  services: ImportServices,
): Promise<string> {
  const folder = await mkdtemp(join(services.stagingDirectory, 'import-'))
  try {
    const packagePath = join(folder, 'package.tar.gz')
    const { package_sha256, package_size, tree_sha256 } = await packFiles(files, packagePath)
    const binding = { package_sha256, package_size, tree_sha256 }
    const manifest = await signManifest({ ...draft, ...binding }, services.signer)
    const submission = await services.submissions.submit(
      {
        manifest: JSON.stringify(manifest),
        packagePath,
        author_id: importerAuthorId,
        findings,
        ...(services.signal === undefined ? {} : { signal: services.signal }),
      },
      services.actor,
    )
    return submission.id
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What a refusal of one item comes to; anything else is a fault of the server's and ends the run. */
function failureOf(error: unknown): { code: string; reason: string } | undefined {
  if (
    error instanceof RequestError ||
    error instanceof ManifestError ||
    error instanceof ArchiveError
  ) {
    return { code: error.code, reason: error.message.slice(0, 1024) }
  }
  return undefined
}
