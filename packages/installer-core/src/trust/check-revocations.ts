import type { Keyring, Manifest } from '@mothership/manifest'
import { revocationList } from '@mothership/manifest/documents'
import type { Revocation } from '@mothership/manifest/documents'
import type { Clock } from '../ports/clock.ts'
import type { RevocationSource } from '../ports/revocation-source.ts'
import type { TrustFinding } from '../ports/trust-policy.ts'
import { failed, passed } from './findings.ts'

/** What is looked up in a revocation list. */
export interface RevocationSubject {
  readonly manifest: Manifest
  readonly keyId: string
  readonly approvedAt: string
}

const rule = 'revocation'
const listRule = 'revocation.list'

/**
 * Makes the check against the mothership's list of what it has withdrawn. It fails closed: without a list that is signed,
 * in date and no older than one seen before, nothing new is allowed.
 */
export function createRevocationCheck(
  options: {
    readonly mothershipKeys?: Keyring | undefined
    readonly revocations?: RevocationSource | undefined
  },
  clock: Clock,
): (subject: RevocationSubject) => Promise<readonly TrustFinding[]> {
  const { revocations: source, mothershipKeys: keys } = options
  if (source === undefined) return async () => []
  let highest = 0
  return async (subject) => {
    if (keys === undefined) {
      return [failed(listRule, 'Expected mothershipKeys to verify the revocation list with.')]
    }
    try {
      const minSequence = Math.max(highest, (await source.memory?.read()) ?? 0)
      const at = new Date(clock.now())
      const verdict = revocationList.verify(await source.fetch(), keys, { at, minSequence })
      if (!verdict.valid) return [failed(`${listRule}.${verdict.reason}`, verdict.message)]
      const list = verdict.document
      if (list.sequence > minSequence) await source.memory?.write(list.sequence)
      highest = Math.max(highest, list.sequence)
      const good = passed(
        listRule,
        `List ${list.sequence} of ${list.mothership_id}, ${list.issued_at}.`,
      )
      return [good, judge(list.revocations, subject)]
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return [failed(listRule, `Expected a revocation list; it could not be had: ${reason}.`)]
    }
  }
}

function judge(revocations: readonly Revocation[], subject: RevocationSubject): TrustFinding {
  for (const revocation of revocations) {
    const what = revokedPart(revocation, subject)
    if (what === undefined) continue
    return failed(
      `${rule}.${revocation.type}`,
      `${what} was revoked at ${revocation.revoked_at}: ${revocation.reason}. What is installed stays; nothing new of it is.`,
    )
  }
  return passed(rule, 'Neither release, key nor publisher is revoked.')
}

function revokedPart(revocation: Revocation, subject: RevocationSubject): string | undefined {
  const { manifest, keyId, approvedAt } = subject
  switch (revocation.type) {
    case 'key': {
      if (revocation.key_id !== keyId) return undefined
      // A key that was given up keeps what was approved before; one that was stolen, what was approved before the theft.
      const since = Date.parse(revocation.compromised_since ?? revocation.revoked_at)
      return Date.parse(approvedAt) < since ? undefined : `Key ${keyId}`
    }
    case 'release':
      return revocation.kind === manifest.kind &&
        revocation.slug === manifest.slug &&
        revocation.version === manifest.version
        ? `Release ${manifest.slug} ${manifest.version}`
        : undefined
    case 'publisher':
      return revocation.author_id === manifest.author_id
        ? `Publisher ${manifest.author_id}`
        : undefined
    case 'entitlement':
      return undefined // Downloads are refused at the source; what is installed is not touched.
    default:
      return revocation satisfies never
  }
}
