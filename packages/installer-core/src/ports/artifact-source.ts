import type { JsonValue, Kind, TreeFile } from '@mothership/manifest'

/** Names an item, or one version of it; without `version` the newest approved release is meant. */
export interface ItemReference {
  readonly kind: Kind
  /** `namespace[.plugin].name`, lower case ASCII, at most 128 characters. */
  readonly slug: string
  /** Exact semver. */
  readonly version?: string | undefined
}

/** One approved, immutable release as a marketplace describes it. Nothing in it is trusted before `verify`. */
export interface ArtifactRelease {
  readonly kind: Kind
  readonly slug: string
  readonly version: string
  /** The signed manifest exactly as received; verification hashes this value, not a parsed copy. */
  readonly manifest: JsonValue
  /** The file list that `tree_sha256` of the manifest digests. */
  readonly files: readonly TreeFile[]
  /** Where a person can read about the item. */
  readonly listing_url: string
  /** When the marketplace approved the release, ISO 8601 UTC; keys are judged at this moment. */
  readonly approved_at: string
  /** Which mothership answered; updates come from the same one. */
  readonly mothership_id?: string | undefined
  /** The mothership's countersigned record of the release, as received. */
  readonly release_record?: JsonValue | undefined
  /** Commercial and other marketplace data: shown and recorded, never used for a decision. */
  readonly marketplace_metadata?: JsonValue | undefined
}

/** Where releases come from. A client's `releases` satisfies it structurally; so does an offline snapshot. */
export interface ArtifactSource {
  /** Answers the release, or rejects. */
  resolve(
    item: ItemReference,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<ArtifactRelease>
  /** The package's bytes in order. The installer counts and hashes them itself. */
  download(
    item: { readonly kind: Kind; readonly slug: string; readonly version: string },
    options?: { readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<Uint8Array>
}
