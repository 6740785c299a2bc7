import type { JsonValue, Kind, Manifest } from '@mothership/manifest'

/** What a trust policy judges: one release as received, and what is installed already. */
export interface TrustCandidate {
  readonly kind: Kind
  readonly slug: string
  readonly version: string
  /** As received. */
  readonly manifest: JsonValue
  /** As the source says, ISO 8601 UTC. */
  readonly approved_at: string
  /** The mothership's countersigned record of the release, as received. */
  readonly release_record?: JsonValue | undefined
  readonly mothership_id?: string | undefined
  /** The version on the disk, when the item is installed. */
  readonly installed_version?: string | undefined
  /** The caller asked for an older version on purpose. */
  readonly allowDowngrade?: boolean | undefined
}

/** One thing the policy looked at, in the order it looked. */
export interface TrustFinding {
  /** Short dotted name, such as `signature` or `release.minimum_age`. */
  readonly rule: string
  readonly passed: boolean
  /** One sentence for a person. */
  readonly message: string
}

/** The policy's answer; only `manifest` of an allowed verdict is used from then on. */
export type TrustVerdict =
  | {
      readonly allowed: true
      readonly manifest: Manifest
      readonly manifest_sha256: string
      readonly key_id: string
      readonly author_id: string
      readonly findings: readonly TrustFinding[]
    }
  | {
      readonly allowed: false
      /** `verify` when the signature or its key is at fault, `policy` when a rule of the host's is. */
      readonly stage: 'verify' | 'policy'
      readonly rule: string
      readonly message: string
      readonly findings: readonly TrustFinding[]
    }

/** Decides whose releases are installed. */
export interface TrustPolicy {
  evaluate(candidate: TrustCandidate): Promise<TrustVerdict>
}
