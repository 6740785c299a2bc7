import { type Kind, pluralOfKind } from '@mothership/manifest'
import type { Call, CallOptions } from './call.ts'
import type { MothershipConfig } from './config.ts'
import type { Release } from './contract/index.ts'
import type { Download } from './download.ts'
import { MothershipError } from './errors.ts'

/** Which release is wanted; without a version, the newest approved one. */
export interface ReleaseRef {
  readonly kind: Kind
  readonly slug: string
  readonly version?: string | undefined
}

/**
 * Releases and their bytes; an installer's artifact source. What fails here throws in every mode: an installation
 * has no use for an empty package.
 */
export interface ReleasesApi {
  /** The release with manifest, file list and keys. Links are absolute. */
  resolve(item: ReleaseRef, options?: CallOptions): Promise<Release>
  /** The bytes, resumed when the connection breaks. */
  readonly download: Download
}

/** Makes {@link ReleasesApi}. */
export function createReleases(
  config: MothershipConfig,
  call: Call,
  download: Download,
): ReleasesApi {
  return {
    resolve: async (item, options) => {
      const params = { category: pluralOfKind(item.kind), slug: item.slug }
      const version =
        item.version ?? (await call('items.get', { params }, { ...options, fresh: true })).version
      const release = await call('items.release', { params: { ...params, version } }, options)
      if (release.kind !== item.kind || release.slug !== item.slug || release.version !== version) {
        throw new MothershipError(
          'invalid_answer',
          `The mothership answered ${release.kind} ${release.slug} ${release.version}, asked was ${item.kind} ${item.slug} ${version}.`,
        )
      }
      return {
        ...release,
        package_url: absolute(release.package_url, config.base),
        listing_url: absolute(release.listing_url, config.base),
      }
    },
    download,
  }
}

function absolute(link: string, base: string | undefined): string {
  return URL.canParse(link, base) ? new URL(link, base).href : link
}
