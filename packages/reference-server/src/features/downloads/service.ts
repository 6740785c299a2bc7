import { eq } from 'drizzle-orm'
import { type Kind, pluralOfKind } from '@mothership/manifest'
import { downloads } from '../../db/schema/downloads.ts'
import { packages } from '../../db/schema/submissions.ts'
import { RequestError } from '../../errors.ts'
import type { Deps } from '../../ports/deps.ts'
import type { Counts } from '../catalog/counts.ts'
import type { CatalogService } from '../catalog/service.ts'
import type { Caller } from '../credentials/caller.ts'
import { requestedSpan } from './range.ts'

/** What is asked for. */
export interface DownloadRequest {
  readonly kind: Kind
  readonly slug: string
  readonly version: string
  readonly headers: { readonly range?: string; readonly 'if-range'?: string }
  /** Only the headers will be sent: nothing is opened or counted. */
  readonly headOnly: boolean
  readonly caller: Caller
  readonly signal?: AbortSignal
}

/** The bytes, or a part of them, with the headers that say which. */
export interface Download {
  readonly status: 200 | 206
  readonly body: ReadableStream<Uint8Array>
  readonly headers: Readonly<Record<string, string>>
}

/** Serves packages of releases. */
export interface DownloadService {
  /** Throws `not_found`, `range_not_satisfiable`. */
  open(request: DownloadRequest): Promise<Download>
}

/** Makes the service. */
export function createDownloads(
  { db, blobs, clock }: Pick<Deps, 'db' | 'blobs' | 'clock'>,
  catalog: CatalogService,
  counts: Counts,
): DownloadService {
  return {
    open: async ({ kind, slug, version, headers, headOnly, caller, signal }) => {
      const release = await catalog.releaseRow(kind, slug, version)
      if (release.status === 'yanked') {
        throw new RequestError(
          'release_yanked',
          `${slug} ${version} was withdrawn: ${release.status_reason ?? ''}`,
        )
      }
      const { package_sha256, package_size } = release
      const [{ format } = { format: 'tar.gz' }] = await db
        .select({ format: packages.format })
        .from(packages)
        .where(eq(packages.package_sha256, package_sha256))
      const etag = `"${package_sha256}"`
      const span = requestedSpan(package_size, etag, headers)
      const { first, last } = span ?? { first: 0, last: package_size - 1 }
      const answer = {
        status: span === undefined ? 200 : 206,
        headers: {
          etag,
          'accept-ranges': 'bytes',
          'content-length': String(last - first + 1),
          'content-disposition': `attachment; filename="${fileName(kind, slug, version, format)}"`,
          // A release never changes: whoever has it may keep it.
          'cache-control': 'public, max-age=31536000, immutable',
          ...(span === undefined
            ? {}
            : { 'content-range': `bytes ${first}-${last}/${package_size}` }),
        },
      } as const
      if (headOnly) return { ...answer, body: nothing() }
      const body = await blobs.get(package_sha256, { start: first, end: last }, { signal })
      await db.transaction(async (tx) => {
        await tx.insert(downloads).values({
          release_id: release.id,
          access_key_id: caller.access_key_id,
          first_byte: first,
          last_byte: last,
          downloaded_at: clock.now(),
        })
        if (first > 0) return // a resumed download was counted when it began
        await counts.add(tx, kind, slug, 'downloads')
      })
      return { ...answer, body }
    },
  }
}

/** Of letters, digits, dots and dashes alone: nothing in it can end the header or climb a directory. */
function fileName(kind: Kind, slug: string, version: string, format: string): string {
  return `${pluralOfKind(kind)}-${slug}-${version}.${format}`.replaceAll(/[^A-Za-z0-9.+-]/g, '_')
}

function nothing(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() })
}
