import type { Kind } from '@mothership/manifest'
import type { ItemReference } from '../ports/artifact-source.ts'
import type { TrustFinding } from '../ports/trust-policy.ts'
import { checkReference, resolveRelease } from '../stages/resolve.ts'
import { judgeRelease } from '../stages/verify.ts'
import { readHeldRelease } from '../state/held-releases.ts'
import { listPlacements, readPlacement } from '../state/placements.ts'
import { explainVerdict } from '../trust/findings.ts'
import type { Engine } from './engine.ts'

/** What the trust policy says about one release, and why. */
export interface TrustExplanation {
  readonly kind: Kind
  readonly slug: string
  readonly version: string
  readonly allowed: boolean
  readonly findings: readonly TrustFinding[]
  /** For people, one line a check. */
  readonly text: string
}

/** Answers why the release a source offers is or is not allowed. */
export async function explainItem(
  engine: Engine,
  reference: ItemReference,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<TrustExplanation> {
  const item = checkReference(engine, reference)
  const placement = await readPlacement(engine.fs, engine.state, item)
  const release = await resolveRelease(engine, item, options.signal)
  const verdict = await judgeRelease(engine, release, { installedVersion: placement?.version })
  const { kind, slug, version } = release
  const { allowed, findings } = verdict
  return { kind, slug, version, allowed, findings, text: explainVerdict(verdict) }
}

/** Answers which installed items the policy would not allow today: their key, release or publisher was withdrawn. */
export async function reviewInstalled(
  engine: Engine,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<readonly TrustExplanation[]> {
  const refused: TrustExplanation[] = []
  if ((await engine.fs.inspect(engine.state.placements)) === undefined) return refused
  for (const { kind, slug, version, manifest_sha256 } of await listPlacements(
    engine.fs,
    engine.state,
  )) {
    options.signal?.throwIfAborted()
    const release = await readHeldRelease(engine.fs, engine.state, manifest_sha256)
    if (release === undefined) continue
    const verdict = await judgeRelease(engine, release, {})
    if (verdict.allowed) continue
    const { findings } = verdict
    refused.push({ kind, slug, version, allowed: false, findings, text: explainVerdict(verdict) })
  }
  return refused
}
