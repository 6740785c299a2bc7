import { parseManifest, manifestDigest, verifyManifest } from '@mothership/manifest'
import type { Keyring, Manifest } from '@mothership/manifest'
import { systemClock } from '../ports/clock.ts'
import type { Clock } from '../ports/clock.ts'
import type { RevocationSource } from '../ports/revocation-source.ts'
import type {
  TrustCandidate,
  TrustFinding,
  TrustPolicy,
  TrustVerdict,
} from '../ports/trust-policy.ts'
import { createRevocationCheck } from './check-revocations.ts'
import { checkCountersignature } from './check-countersignature.ts'
import { checkAge, checkDowngrade, checkTime } from './check-times.ts'
import { failed, passed } from './findings.ts'

/** What the default trust policy knows and asks for. */
export interface TrustPolicyOptions {
  /** The author keys the host trusts, each bound to its author and namespaces. */
  readonly keyring: Keyring
  /**
   * The keys of the motherships the host trusts. With them every release needs a release record that one of them signed,
   * and keys are judged at the approval it vouches for; without them the source's word about the time is taken, and a
   * key that was ever revoked vouches for nothing.
   */
  readonly mothershipKeys?: Keyring | undefined
  /** What motherships have withdrawn; needs `mothershipKeys`. A list that is missing, stale or played back refuses. */
  readonly revocations?: RevocationSource | undefined
  /** Refuse releases approved less than this long ago, so that others find out first; default 0. */
  readonly minimumReleaseAgeMs?: number | undefined
  /**
   * Loud on purpose: also allow manifests without a signature, for trying things out. Called with a warning for each of
   * them; a manifest that has a signature still needs a good one.
   */
  readonly allowUnsigned?: ((warning: string) => void) | undefined
  readonly clock?: Clock | undefined
}

/**
 * The default policy. A release is allowed when its manifest is signed by a key that was its author's, for that
 * namespace, when a mothership approved it; when nothing of it is revoked; when it is old enough; and when it is not
 * older than what is installed, unless that is asked for. Every check is answered, so that `explain()` can say them all.
 */
export function createTrustPolicy(options: TrustPolicyOptions): TrustPolicy {
  const clock = options.clock ?? systemClock
  const checkRevocations = createRevocationCheck(options, clock)
  return {
    async evaluate(candidate) {
      const countersigned = checkCountersignature(candidate, options.mothershipKeys)
      const approvedAt = countersigned.approved_at
      const signature = verifySignature(candidate, options, approvedAt)
      if ('allowed' in signature) return { ...signature, findings: [...signature.findings] }
      const { manifest, keyId } = signature
      const findings: readonly TrustFinding[] = [
        signature.finding,
        ...countersigned.check({ manifest_sha256: signature.manifest_sha256, manifest, keyId }),
        checkTime(approvedAt, clock),
        ...(await checkRevocations({ manifest, keyId, approvedAt })),
        checkAge(approvedAt, options.minimumReleaseAgeMs ?? 0, clock),
        checkDowngrade(candidate),
      ]
      const refused = findings.find((finding) => !finding.passed)
      if (refused !== undefined) {
        const { rule, message } = refused
        return { allowed: false, stage: 'policy', rule, message, findings }
      }
      return {
        allowed: true,
        manifest,
        manifest_sha256: signature.manifest_sha256,
        key_id: keyId,
        author_id: manifest.author_id,
        findings,
      }
    },
  }
}

interface VerifiedSignature {
  readonly manifest: Manifest
  readonly manifest_sha256: string
  readonly keyId: string
  readonly finding: TrustFinding
}

type Refusal = Extract<TrustVerdict, { allowed: false }>

function verifySignature(
  candidate: TrustCandidate,
  options: TrustPolicyOptions,
  approvedAt: string,
): VerifiedSignature | Refusal {
  const verdict = verifyManifest(candidate.manifest, options.keyring, { at: approvedAt })
  if (verdict.valid) {
    const { manifest, key, manifest_sha256 } = verdict
    const withdrawn = key.revoked_at ?? key.compromised_since
    if (withdrawn !== undefined && options.mothershipKeys === undefined) {
      return refusal(
        'manifest.key_revoked',
        `Key ${key.key_id} of ${key.author_id} was withdrawn, and nobody vouches that the release is older: expected a release record. Give mothershipKeys.`,
      )
    }
    const message = `Signed by ${key.author_id} with key ${key.key_id}.`
    const finding = passed('manifest.signature', message)
    return { manifest, manifest_sha256, keyId: key.key_id, finding }
  }
  if (verdict.reason === 'unsigned' && options.allowUnsigned !== undefined) {
    return unsigned(candidate, options.allowUnsigned)
  }
  return refusal(`manifest.${verdict.reason}`, verdict.message)
}

function unsigned(
  candidate: TrustCandidate,
  warn: (warning: string) => void,
): VerifiedSignature | Refusal {
  const { kind, slug, version } = candidate
  const warning = `UNSIGNED: ${kind} ${slug} ${version} has no signature. Anybody may have made it; it is allowed only because allowUnsigned is set.`
  const value = candidate.manifest
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refusal('manifest.malformed', 'Expected a manifest, got another JSON value.')
  }
  try {
    // The schema of signed manifests, with a signature that says what it is: none.
    const manifest_signature = { alg: 'Ed25519', key_id: 'A'.repeat(43), sig: 'A'.repeat(86) }
    const manifest = parseManifest({ ...value, manifest_signature })
    warn(warning)
    return {
      manifest,
      manifest_sha256: manifestDigest(manifest),
      keyId: 'unsigned',
      finding: passed('manifest.signature', warning),
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return refusal('manifest.malformed', reason)
  }
}

function refusal(rule: string, message: string): Refusal {
  return { allowed: false, stage: 'verify', rule, message, findings: [failed(rule, message)] }
}
