import { compareVersions, verifyManifest } from '@mothership/manifest'
import type { Keyring } from '@mothership/manifest'
import type {
  TrustCandidate,
  TrustFinding,
  TrustPolicy,
  TrustVerdict,
} from '../ports/trust-policy.ts'

/** What the default trust policy knows. */
export interface TrustPolicyOptions {
  /** The author keys the host trusts, each bound to its author and namespaces. */
  readonly keyring: Keyring
}

/**
 * The default policy: the manifest is signed by a key that was its author's, for that namespace, when the release was
 * approved; an older version than the installed one needs an explicit wish.
 */
export function createTrustPolicy(options: TrustPolicyOptions): TrustPolicy {
  return {
    async evaluate(candidate) {
      const signature = verifyManifest(candidate.manifest, options.keyring, {
        at: candidate.approved_at,
      })
      if (!signature.valid) {
        const finding = failed(`manifest.${signature.reason}`, signature.message)
        return { allowed: false, stage: 'verify', ...ruleOf(finding), findings: [finding] }
      }
      const findings: TrustFinding[] = [
        passed(
          'manifest.signature',
          `Signed by ${signature.key.author_id} with key ${signature.key.key_id}.`,
        ),
        downgrade(candidate),
      ]
      return concluded(findings, {
        allowed: true,
        manifest: signature.manifest,
        manifest_sha256: signature.manifest_sha256,
        key_id: signature.key.key_id,
        author_id: signature.key.author_id,
        findings,
      })
    },
  }
}

function downgrade(candidate: TrustCandidate): TrustFinding {
  const rule = 'version.downgrade'
  const { installed_version: installed, version } = candidate
  if (installed === undefined) return passed(rule, 'Not installed yet.')
  if (compareVersions(version, installed) >= 0) {
    return passed(rule, `${version} is not older than ${installed}.`)
  }
  if (candidate.allowDowngrade === true) {
    return passed(rule, `${version} is older than ${installed}, as was asked for.`)
  }
  return failed(
    rule,
    `Expected ${installed} or newer; ${version} is older than what is installed. Pass allowDowngrade if you mean it.`,
  )
}

function concluded(findings: readonly TrustFinding[], allowed: TrustVerdict): TrustVerdict {
  const refused = findings.find((finding) => !finding.passed)
  if (refused === undefined) return allowed
  return { allowed: false, stage: 'policy', ...ruleOf(refused), findings }
}

function ruleOf(finding: TrustFinding): { rule: string; message: string } {
  return { rule: finding.rule, message: finding.message }
}

function passed(rule: string, message: string): TrustFinding {
  return { rule, passed: true, message }
}

function failed(rule: string, message: string): TrustFinding {
  return { rule, passed: false, message }
}
