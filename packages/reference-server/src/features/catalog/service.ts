import { createHash, randomUUID } from 'node:crypto'
import type {
  ItemDetail,
  ItemFacets,
  ItemFilter,
  ItemList,
  ItemListQuery,
  ItemSummary,
  Release,
  ReleaseList,
  ReleaseSummary,
} from '@mothership/client/contract'
import {
  explainPermission,
  type JsonValue,
  type Kind,
  kindOfPlural,
  type Manifest,
  parseJson,
  parseManifest,
  pluralOfKind,
} from '@mothership/manifest'
import type { Database } from '../../db/index.ts'
import { RequestError } from '../../errors.ts'
import type { Deps } from '../../ports/deps.ts'
import { clipText } from '../../text/clip-text.ts'
import type { HeldKey, PublisherService } from '../publishers/service.ts'
import type { ReleaseRecords } from '../releases/records.ts'
import type { SubmissionRow } from '../submissions/store.ts'
import { createAnswerMemory } from './answer-memory.ts'
import { bumpCatalogVersion, catalogVersion, type Counts } from './counts.ts'
import { itemColumns } from './item-row.ts'
import { countFacets, listItems } from './list-items.ts'
import {
  findCountedItem,
  findFiles,
  findItem,
  findRelease,
  insertRelease,
  type ItemRow,
  listReleases,
  lockItem,
  projectItem,
  type ReleaseRow,
  shownRelease,
} from './store.ts'

/** An approved submission on its way into the catalogue. */
export interface Publication {
  readonly row: SubmissionRow
  readonly manifest: Manifest
  readonly key: HeldKey
  readonly approved_at: Date
  readonly approved_by: string
}

/** An item, by what names it. */
export interface ItemName {
  readonly kind: Kind
  readonly slug: string
}

/** What is on offer. */
export interface CatalogService {
  /** Throws `invalid_request` for a cursor of another list. */
  list(kind: Kind, query: ItemListQuery): Promise<ItemList>
  facets(kind: Kind, filter: ItemFilter): Promise<ItemFacets>
  /** Names the answer to a question about a kind, as it stands; changes when what lists show does. For ETags. */
  tag(kind: Kind, question: unknown): Promise<string>
  /** Throws `not_found`. */
  get(kind: Kind, slug: string): Promise<ItemDetail>
  /** Throws `not_found`. */
  versions(kind: Kind, slug: string): Promise<ReleaseList>
  /** Throws `not_found`. */
  release(kind: Kind, slug: string, version: string): Promise<Release>
  /** The stored release, for features that serve its bytes. Throws `not_found`. */
  releaseRow(kind: Kind, slug: string, version: string): Promise<ReleaseRow>
  /** The version lists show of an item. Throws `not_found`. */
  shownVersion(kind: Kind, slug: string): Promise<string>
  /** What lists of versions show of a release. Throws `not_found`. */
  releaseSummary(kind: Kind, slug: string, version: string): Promise<ReleaseSummary>
  /** Makes the release within the transaction that approves it. Throws `version_exists`. */
  publish(tx: Database, publication: Publication): Promise<void>
  /** Shows items at the release that is now the one to show, within the transaction that changed which; its last step. */
  reproject(tx: Database, changed: readonly ItemName[]): Promise<void>
}

/**
 * The kind a path names in the plural.
 *
 * @throws RequestError `not_found`
 */
export function kindOfCategory(category: string): Kind {
  const kind = kindOfPlural(category)
  if (kind === undefined) {
    throw new RequestError(
      'not_found',
      `There is no category "${category}": GET /api/v1/marketplace/categories lists them.`,
    )
  }
  return kind
}

/** Makes the service; `publicUrl` stands before the links of pages. */
export function createCatalog(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  publishers: PublisherService,
  records: ReleaseRecords,
  counts: Counts,
  publicUrl = '',
): CatalogService {
  const listingUrl = (kind: Kind, slug: string): string =>
    `${publicUrl}/items/${pluralOfKind(kind)}/${slug}`

  const remember = createAnswerMemory()
  /** The same question at the same version of the kind has the same answer: the database is asked for the version alone. */
  const remembered = async <Answer>(
    kind: Kind,
    question: readonly unknown[],
    ask: () => Promise<Answer>,
  ): Promise<Answer> => {
    counts.foldSoon()
    const version = await catalogVersion(db, kind)
    return remember(JSON.stringify([kind, version, ...question]), ask)
  }

  const releaseRow = async (kind: Kind, slug: string, version: string): Promise<ReleaseRow> => {
    const row = await findRelease(db, kind, slug, version)
    if (row === undefined) {
      throw new RequestError(
        'not_found',
        `There is no ${kind} ${slug} ${version}: …/items/${slug}/versions lists what there is.`,
      )
    }
    return row
  }

  const reproject: CatalogService['reproject'] = async (tx, changed) => {
    const nameOf = ({ kind, slug }: ItemName): string => `${kind}:${slug}`
    // In one order everywhere, items before versions, so that nobody waits in a ring.
    const inOrder = [...changed].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    for (const { kind, slug } of inOrder) {
      await lockItem(tx, kind, slug)
      const shown = shownRelease(await listReleases(tx, kind, slug))
      const columns = shown === undefined ? undefined : itemColumns(parseManifest(shown.manifest))
      await projectItem(tx, kind, slug, columns, clock.now())
    }
    for (const kind of new Set(inOrder.map((item) => item.kind))) {
      await bumpCatalogVersion(tx, kind)
    }
  }

  return {
    releaseRow,
    reproject,
    shownVersion: async (kind, slug) => {
      const row = await findItem(db, kind, slug)
      if (row === undefined || !row.is_public) throw unknownItem(kind, slug)
      return row.version
    },
    releaseSummary: async (kind, slug, version) =>
      releaseSummaryOf(kind, await releaseRow(kind, slug, version)),
    list: (kind, query) =>
      remembered(kind, ['list', query], async () => {
        const { rows, total, next_cursor } = await listItems(db, kind, query)
        return {
          items: rows.map((row) => summaryOf(kind, row)),
          total,
          page: query.page,
          page_size: query.limit,
          ...(next_cursor === undefined ? {} : { next_cursor }),
        }
      }),

    facets: (kind, filter) =>
      remembered(kind, ['facets', filter], () => countFacets(db, kind, filter)),

    tag: async (kind, question) => {
      const version = await catalogVersion(db, kind)
      return createHash('sha256')
        .update(JSON.stringify([kind, version, question]))
        .digest('base64url')
    },

    get: async (kind, slug) => {
      const row = await findCountedItem(db, kind, slug)
      if (row === undefined || !row.is_public) throw unknownItem(kind, slug)
      const release = await releaseRow(kind, slug, row.version)
      const manifest = parseManifest(release.manifest)
      counts.view(kind, slug)
      counts.foldSoon()
      return {
        ...summaryOf(kind, row),
        ...detailOf(manifest),
        package_sha256: release.package_sha256,
        package_size: release.package_size,
        tree_sha256: release.tree_sha256,
        listing_url: listingUrl(kind, slug),
      }
    },

    versions: async (kind, slug) => {
      const rows = await listReleases(db, kind, slug)
      if (rows.length === 0) throw unknownItem(kind, slug)
      return { versions: rows.slice(0, maxVersions).map((row) => releaseSummaryOf(kind, row)) }
    },

    release: async (kind, slug, version) => {
      const row = await releaseRow(kind, slug, version)
      const keys = await publishers.keys(row.author_id)
      return {
        ...releaseSummaryOf(kind, row),
        author_id: row.author_id,
        manifest: received(row),
        manifest_sha256: row.manifest_sha256,
        files: await findFiles(db, row.package_sha256),
        keys,
        key_id: row.key_id,
        custody: row.custody,
        release_notes: row.release_notes,
        record: await records.find(row.id),
        package_url: `${publicUrl}/api/v1/marketplace/releases/${pluralOfKind(kind)}/${slug}/${encodeURIComponent(version)}/package`,
        listing_url: listingUrl(kind, slug),
      }
    },

    publish: async (tx, { row, manifest, key, approved_at, approved_by }) => {
      const release = await insertRelease(tx, {
        id: randomUUID(),
        kind: manifest.kind,
        slug: manifest.slug,
        version: manifest.version,
        author_id: row.author_id,
        key_id: key.key_id,
        custody: key.custody,
        manifest: row.manifest,
        manifest_sha256: row.manifest_sha256,
        package_sha256: row.package_sha256,
        package_size: row.package_size,
        tree_sha256: row.tree_sha256,
        channel: row.channel,
        release_notes: row.release_notes,
        min_host_version: manifest.host?.min_version ?? null,
        submission_id: row.id,
        approved_at,
        approved_by,
      })
      if (release === undefined) {
        throw new RequestError('version_exists', `${row.slug} ${row.version} is released already.`)
      }
      await records.countersign(tx, release)
      await reproject(tx, [manifest])
    },
  }
}

/** The contract's bound: a release a day for three years. */
const maxVersions = 1000

function unknownItem(kind: Kind, slug: string): RequestError {
  return new RequestError('not_found', `There is no ${kind} "${slug}" in the catalogue.`)
}

/** The manifest as it came in: it was parsed strictly then, so that reading it again gives the same value. */
function received(row: ReleaseRow): JsonValue {
  return parseJson(row.manifest)
}

function summaryOf(kind: Kind, row: ItemRow): ItemSummary {
  return {
    kind,
    slug: row.slug,
    name: row.name,
    description: row.description,
    version: row.version,
    author_id: row.author_id,
    license: row.license,
    license_type: row.license_type,
    category: row.category,
    tags: row.tags,
    token_estimate: row.token_estimate,
    recommended_models: row.recommended_models,
    is_public: row.is_public,
    is_approved: true,
    is_featured: row.is_featured,
    price: row.price,
    currency: row.currency,
    install_count: row.install_count,
    download_count: row.download_count,
    view_count: row.view_count,
    rating_average: row.rating_average,
    rating_count: row.rating_count,
    skills_count: row.skills_count,
    commands_count: row.commands_count,
    agents_count: row.agents_count,
    hooks_count: row.hooks_count,
    mcp_servers_count: row.mcp_servers_count,
    source: row.source,
    published_at: row.published_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

type ManifestDetail = Omit<
  ItemDetail,
  keyof ItemSummary | 'package_sha256' | 'package_size' | 'tree_sha256' | 'listing_url'
>

function detailOf(manifest: Manifest): ManifestDetail {
  const { metadata = {} } = manifest
  const lines = (texts: readonly string[] | undefined): string[] =>
    (texts ?? []).filter((text) => text !== '').map((text) => clipText(text, 1000))
  return {
    long_description: manifest.long_description ?? null,
    use_cases: lines(metadata.use_cases),
    examples: lines(metadata.examples),
    integration_points: lines(metadata.integration_points),
    terms_url: manifest.terms_url ?? null,
    permissions: manifest.permissions.map((permission) => ({
      permission,
      explanation: clipText(explainPermission(manifest.kind, permission), 1024),
    })),
    dependencies: manifest.dependencies ?? {},
  }
}

function releaseSummaryOf(kind: Kind, row: ReleaseRow): ReleaseSummary {
  return {
    kind,
    slug: row.slug,
    version: row.version,
    package_sha256: row.package_sha256,
    package_size: row.package_size,
    tree_sha256: row.tree_sha256,
    approved_at: row.approved_at.toISOString(),
    status: row.status,
    status_reason: row.status_reason,
    channel: row.channel,
    min_host_version: row.min_host_version,
  }
}
