import { createHash, randomUUID } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import type { ManifestDraft } from '@mothership/manifest'
import { syncRuns, syncSlugs } from '../../db/schema/sync.ts'
import { RequestError, ServerError } from '../../errors.ts'
import type { Deps } from '../../ports/deps.ts'
import type { ModerationService } from '../moderation/service.ts'
import type { PublisherService } from '../publishers/service.ts'
import type { SubmissionService } from '../submissions/service.ts'
import { clipText } from '../../text/clip-text.ts'
import { storableJson, storableText } from '../../text/storable-text.ts'
import { importItem } from './import-item.ts'
import { importerSigner } from './importer-key.ts'
import { offersOf, type SourceEntry } from './offers.ts'
import { readMarketplace } from './read-marketplace.ts'
import { summarize, type SyncItem, type SyncRun } from './summary.ts'

/** What to import, and how. */
export interface ImportOptions {
  /** A directory or a .tar.gz that holds a Claude marketplace. */
  readonly path: string
  /** Whether items are released at once. Default: yes; otherwise they wait for a moderator. */
  readonly autoApprove?: boolean | undefined
  /** Told of every item as soon as it is decided. */
  readonly onItem?: ((item: SyncItem) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** What an import came to, short and long. */
export interface ImportResult {
  readonly status: 'imported' | 'unchanged'
  readonly name: string
  /** Versions that were released. */
  readonly released: number
  /** Items that failed, and complaints of the source's readers. */
  readonly problems: number
  readonly run: SyncRun
}

/** Brings items in from elsewhere. */
export interface SyncService {
  /** Imports a marketplace; doing it again with nothing new changes nothing. Throws ServerError `import_failed`. */
  importMarketplace(options: ImportOptions): Promise<ImportResult>
}

/** Makes the service. */
export function createSync(
  { db, clock, secrets, log }: Pick<Deps, 'db' | 'clock' | 'secrets' | 'log'>,
  features: {
    readonly publishers: PublisherService
    readonly submissions: SubmissionService
    readonly moderation: ModerationService
    readonly stagingDirectory: string
  },
): SyncService {
  return {
    importMarketplace: async ({ path, autoApprove = true, onItem, signal }) => {
      const started_at = clock.now()
      const { name, namespace, reading } = await readMarketplace(path, signal)
      const signer = await importerSigner(secrets)
      await prepare(namespace, signer)
      const sync_id = randomUUID()
      const none = summarize([])
      await db.insert(syncRuns).values({
        ...none,
        id: sync_id,
        source: clipText(storableText(name), 200),
        status: 'running',
        started_at,
        details: [],
      })
      const items: SyncItem[] = []
      try {
        for (const entry of offersOf(reading, namespace)) {
          signal?.throwIfAborted()
          const item = await bringIn(entry)
          items.push(item)
          onItem?.(item)
          if (item.outcome === 'failed') log.warn({ sync_id, ...item }, 'an item was not imported')
        }
      } catch (error) {
        await finish('failed')
        throw error
      }
      const completed_at = await finish('completed')
      const summary = summarize(items)
      const problems = reading.problems.map(
        ({ severity, file, line, message }) =>
          `${severity}: ${file}${line === undefined ? '' : `:${line}`}: ${message}`,
      )
      const released = summary.added + summary.updated
      return {
        status: released > 0 ? 'imported' : 'unchanged',
        name,
        released,
        problems: problems.length + summary.failed,
        run: {
          sync_id,
          source: name,
          started_at: started_at.toISOString(),
          completed_at: completed_at.toISOString(),
          status: 'completed',
          summary,
          items,
          problems,
        },
      }

      async function bringIn(entry: SourceEntry): Promise<SyncItem> {
        if (entry.offer === undefined) return entry.item
        const draft = await withStoredSlug(
          namespace,
          keyOf(entry.path),
          // What is imported is ours to sign: a text that no database holds is signed without what makes it so.
          storableJson(entry.offer.draft),
        )
        return importItem(
          { ...entry.offer, draft },
          {
            db,
            submissions: features.submissions,
            moderation: features.moderation,
            stagingDirectory: features.stagingDirectory,
            signer,
            autoApprove,
            actor: { role: 'server', id: 'sync', request_id: sync_id },
            signal,
          },
        )
      }

      async function finish(status: 'completed' | 'failed'): Promise<Date> {
        const at = clock.now()
        await db
          .update(syncRuns)
          .set({ ...summarize(items), status, completed_at: at, details: storableJson(items) })
          .where(eq(syncRuns.id, sync_id))
        return at
      }
    },
  }

  async function prepare(
    namespace: string,
    signer: { readonly key_id: string; readonly public_key: Uint8Array },
  ): Promise<void> {
    const public_key = Buffer.from(signer.public_key).toString('hex')
    try {
      await features.publishers.ensureImporter({ key_id: signer.key_id, public_key }, namespace)
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      throw new ServerError(
        'import_failed',
        `the marketplace cannot have the namespace "${namespace}": ${error.message}`,
        { cause: error },
      )
    }
  }

  /**
   * A path keeps the slug it got first, whatever later versions of a converter would call it. A slug that another path
   * has already gets 8 hexadecimal digits of the path's digest.
   */
  async function withStoredSlug(
    source: string,
    path: string,
    draft: ManifestDraft,
  ): Promise<ManifestDraft> {
    const { kind } = draft
    const where = and(
      eq(syncSlugs.source, source),
      eq(syncSlugs.kind, kind),
      eq(syncSlugs.path, path),
    )
    for (const slug of [draft.slug, `${draft.slug}-${digestOf(path).slice(0, 8)}`]) {
      await db
        .insert(syncSlugs)
        .values({ source, kind, path, slug, created_at: clock.now() })
        .onConflictDoNothing()
      const [stored] = await db.select({ slug: syncSlugs.slug }).from(syncSlugs).where(where)
      if (stored !== undefined) return { ...draft, slug: stored.slug }
    }
    throw new ServerError(
      'import_failed',
      `${path} of ${source} can have neither the slug ${draft.slug} nor one with its digest: both are taken`,
    )
  }
}

/** A path is what the source says it is; one that no index can hold is known by its digest. */
function keyOf(path: string): string {
  const text = storableText(path)
  return text === path && path.length <= maxPathLength ? path : digestOf(path)
}

/** An index entry of PostgreSQL ends at 2,700 bytes; a path of a package at 1,024 characters. */
const maxPathLength = 1024

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
