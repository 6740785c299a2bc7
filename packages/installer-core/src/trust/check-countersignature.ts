import type { Keyring, Manifest } from '@mothership/manifest'
import { releaseRecord } from '@mothership/manifest/documents'
import type { TrustCandidate, TrustFinding } from '../ports/trust-policy.ts'
import { failed, passed } from './findings.ts'

/** What the mothership's own word about a release says. */
export interface Countersignature {
  /** The moment of approval that author keys are judged at. */
  readonly approved_at: string
  /** Whether the record is of this very release. */
  check(release: {
    readonly manifest: Manifest
    readonly manifest_sha256: string
    readonly keyId: string
  }): readonly TrustFinding[]
}

const rule = 'release.record'

/** Verifies the release record when the host knows motherships' keys; without keys there is nothing to verify it with. */
export function checkCountersignature(
  candidate: TrustCandidate,
  keys: Keyring | undefined,
): Countersignature {
  const claimed = candidate.approved_at
  if (keys === undefined) return { approved_at: claimed, check: () => [] }
  const refused = (message: string): Countersignature => ({
    approved_at: claimed,
    check: () => [failed(rule, message)],
  })
  if (candidate.release_record === undefined) {
    return refused('Expected a release record signed by a trusted mothership; there is none.')
  }
  const verdict = releaseRecord.verify(candidate.release_record, keys)
  if (!verdict.valid) return refused(`${verdict.message} (${verdict.reason})`)
  const record = verdict.document
  return {
    approved_at: record.approved_at,
    check({ manifest, manifest_sha256, keyId }) {
      const same =
        record.kind === manifest.kind &&
        record.slug === manifest.slug &&
        record.version === manifest.version &&
        record.manifest_sha256 === manifest_sha256 &&
        record.package_sha256 === manifest.package_sha256 &&
        record.tree_sha256 === manifest.tree_sha256 &&
        record.key_id === keyId
      if (!same) {
        return [failed(rule, 'Expected the release record of this manifest; it is of another one.')]
      }
      if (
        candidate.mothership_id !== undefined &&
        candidate.mothership_id !== record.mothership_id
      ) {
        return [
          failed(
            rule,
            `Expected a record of ${candidate.mothership_id}; ${record.mothership_id} signed it.`,
          ),
        ]
      }
      const by = `Approved by ${record.mothership_id} at ${record.approved_at}`
      return [passed(rule, `${by}; the key is held by ${custody[record.custody]}.`)]
    },
  }
}

const custody = {
  self: 'its author',
  operator: 'the operator, for the author',
  importer: 'the importer',
} as const
