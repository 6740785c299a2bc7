import { isKind } from '@mothership/manifest'
import { InstallerError } from '../errors.ts'
import { supportOf } from '../pipeline/engine.ts'
import type { Engine } from '../pipeline/engine.ts'
import type { ArtifactRelease, ItemReference } from '../ports/artifact-source.ts'

// One segment or several, as DESIGN's identity rule has it; no dots of its own can make `.` or `..` out of it.
const slugPattern = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/
const largestSlug = 128
// Above any real version; semver itself has no limit, comparison of endless ones must have.
const largestVersion = 256
const largestMetadataBytes = 256 * 1024

/** Checks what a caller asked for before anything else looks at it. */
export function checkReference(engine: Engine, item: ItemReference): ItemReference {
  if (!isKind(item.kind)) {
    throw refusal('kind.known', `Expected one of the nine kinds; came ${shown(item.kind)}.`)
  }
  if (
    typeof item.slug !== 'string' ||
    item.slug.length > largestSlug ||
    !slugPattern.test(item.slug)
  ) {
    throw refusal(
      'slug.pattern',
      `Expected a slug such as "namespace.name" of [a-z0-9-] segments, at most 128 characters; came ${shown(item.slug)}.`,
    )
  }
  if (item.version !== undefined && !isVersionText(item.version)) {
    throw refusal('version.text', `Expected an exact version; came ${shown(item.version)}.`)
  }
  supportOf(engine, item)
  return { kind: item.kind, slug: item.slug, version: item.version }
}

/** Asks the source for the release and makes sure that it answered the question. */
export async function resolveRelease(
  engine: Engine,
  item: ItemReference,
  signal: AbortSignal | undefined,
): Promise<ArtifactRelease> {
  let release: ArtifactRelease
  try {
    release = await engine.source.resolve(item, { signal })
  } catch (error) {
    if (signal?.aborted === true || error instanceof InstallerError) throw error
    throw new InstallerError({
      code: 'source_failed',
      stage: 'resolve',
      rule: 'source.resolve',
      message: `Expected the source to answer the release of ${item.kind} ${item.slug}${item.version === undefined ? '' : ` ${item.version}`}; it failed: ${error instanceof Error ? error.message : shown(error)}.`,
      item,
      cause: error,
    })
  }
  assertAnswers(item, release)
  return release
}

function assertAnswers(item: ItemReference, release: ArtifactRelease): void {
  const came = `${shown(release.kind)} ${shown(release.slug)} ${shown(release.version)}`
  if (
    release.kind !== item.kind ||
    release.slug !== item.slug ||
    !isVersionText(release.version) ||
    (item.version !== undefined && release.version !== item.version)
  ) {
    throw new InstallerError({
      code: 'identity_mismatch',
      stage: 'resolve',
      rule: 'release.is_what_was_asked',
      message: `Expected the source to answer ${item.kind} ${item.slug} ${item.version ?? '(any version)'}; it answered ${came}. Do not trust this source.`,
      item,
    })
  }
  const malformed =
    !Array.isArray(release.files) ||
    typeof release.listing_url !== 'string' ||
    typeof release.approved_at !== 'string' ||
    JSON.stringify(release.marketplace_metadata ?? null).length > largestMetadataBytes
  if (malformed) {
    throw new InstallerError({
      code: 'source_failed',
      stage: 'resolve',
      rule: 'release.shape',
      message: `Expected a release with files, listing_url, approved_at and at most 256 KiB of metadata; the answer for ${item.slug} is not one.`,
      item,
    })
  }
}

function isVersionText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= largestVersion
}

function refusal(rule: string, message: string): InstallerError {
  return new InstallerError({ code: 'invalid_request', stage: 'request', rule, message })
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 80)
}
