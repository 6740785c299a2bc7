import { treeDigest } from '@mothership/manifest'
import type { Manifest, TreeFile } from '@mothership/manifest'
import { checkArchive } from '../archive/check-archive.ts'
import type { CheckedArchive } from '../archive/check-archive.ts'
import { InstallerError } from '../errors.ts'
import type { Engine } from '../pipeline/engine.ts'
import type { ArtifactRelease } from '../ports/artifact-source.ts'
import type { TrustFinding, TrustVerdict } from '../ports/trust-policy.ts'
import type { Acquired } from './acquire.ts'

/** A release whose manifest is signed by somebody the policy trusts, and speaks of this very item. */
export interface VerifiedRelease {
  readonly release: ArtifactRelease
  /** The only manifest that later stages use. */
  readonly manifest: Manifest
  readonly manifest_sha256: string
  readonly key_id: string
  readonly author_id: string
  readonly findings: readonly TrustFinding[]
}

/** A verified release together with its package, every entry of which was checked. */
export interface VerifiedPackage extends VerifiedRelease {
  readonly acquired: Acquired
  readonly archive: CheckedArchive
}

/** What else the trust policy wants to know. */
export interface VerifyOptions {
  readonly installedVersion?: string | undefined
  readonly allowDowngrade?: boolean | undefined
}

/** Proves signature, trust, identity and file list of a release; needs no package. */
export async function verifyRelease(
  engine: Engine,
  release: ArtifactRelease,
  options: VerifyOptions,
): Promise<VerifiedRelease> {
  const { kind, slug, version } = release
  const item = { kind, slug, version }
  const verdict = await judgeRelease(engine, release, options)
  if (!verdict.allowed) {
    throw new InstallerError({
      code: verdict.stage === 'verify' ? 'manifest_refused' : 'policy_refused',
      stage: verdict.stage,
      rule: verdict.rule,
      message: verdict.message,
      item,
    })
  }
  const { manifest } = verdict
  if (manifest.kind !== kind || manifest.slug !== slug || manifest.version !== version) {
    throw new InstallerError({
      code: 'identity_mismatch',
      stage: 'verify',
      rule: 'manifest.is_what_was_asked',
      message: `Expected a manifest of ${kind} ${slug} ${version}; the signed one is of ${manifest.kind} ${manifest.slug} ${manifest.version}. Do not trust this source.`,
      item,
    })
  }
  assertTree(treeDigestOf(release, item), manifest, item)
  return {
    release,
    manifest,
    manifest_sha256: verdict.manifest_sha256,
    key_id: verdict.key_id,
    author_id: verdict.author_id,
    findings: verdict.findings,
  }
}

/** Asks the trust policy about a release. */
export function judgeRelease(
  engine: Engine,
  release: ArtifactRelease,
  options: VerifyOptions,
): Promise<TrustVerdict> {
  return engine.trust.evaluate({
    kind: release.kind,
    slug: release.slug,
    version: release.version,
    manifest: release.manifest,
    approved_at: release.approved_at,
    release_record: release.release_record,
    mothership_id: release.mothership_id,
    installed_version: options.installedVersion,
    allowDowngrade: options.allowDowngrade,
  })
}

/** Proves that the downloaded bytes are the package the manifest was signed for, and that every entry is harmless. */
export async function verifyPackage(
  engine: Engine,
  verified: VerifiedRelease,
  acquired: Acquired,
  signal: AbortSignal | undefined,
): Promise<VerifiedPackage> {
  const { manifest, release } = verified
  const item = { kind: manifest.kind, slug: manifest.slug, version: manifest.version }
  if (acquired.size !== manifest.package_size || acquired.sha256 !== manifest.package_sha256) {
    throw new InstallerError({
      code: 'package_mismatch',
      stage: 'verify',
      rule: acquired.size === manifest.package_size ? 'package.sha256' : 'package.size',
      message: `Expected the package the manifest was signed for: ${manifest.package_size} bytes, SHA-256 ${manifest.package_sha256}; came ${acquired.size} bytes, ${acquired.sha256}. Download it again; if that does not help, do not trust this source.`,
      item,
    })
  }
  const archive = await checkArchive(acquired.bytes ?? acquired.path, {
    limits: engine.limits,
    signal,
    memoryBytes: engine.memoryBytes,
    expectedBytes: release.files.reduce((sum, file) => sum + file.size, 0),
  })
  if (archive.reading.package_sha256 !== manifest.package_sha256) {
    throw new InstallerError({
      code: 'package_mismatch',
      stage: 'verify',
      rule: 'package.same_bytes_twice',
      message: `Expected the held package to still have SHA-256 ${manifest.package_sha256}; it has ${archive.reading.package_sha256}. Something else writes to the installer's directory: find out what.`,
      item,
    })
  }
  assertSameFiles(release.files, archive.reading.files, item)
  assertTree(archive.reading.tree_sha256, manifest, item)
  return { ...verified, acquired, archive }
}

function treeDigestOf(release: ArtifactRelease, item: InstallerError['item']): string {
  try {
    return treeDigest(release.files)
  } catch (cause) {
    throw new InstallerError({
      code: 'tree_mismatch',
      stage: 'verify',
      rule: 'files.shape',
      message: `Expected a list of files with path, sha256, size and executable; the source sent something else.`,
      item,
      cause,
    })
  }
}

function assertTree(digest: string, manifest: Manifest, item: InstallerError['item']): void {
  if (digest === manifest.tree_sha256) return
  throw new InstallerError({
    code: 'tree_mismatch',
    stage: 'verify',
    rule: 'tree.sha256',
    message: `Expected the file list the manifest was signed for (${manifest.tree_sha256}); came one with ${digest}. Do not trust this source.`,
    item,
  })
}

/** The digest already decides; this names the file. */
function assertSameFiles(
  listed: readonly TreeFile[],
  found: readonly TreeFile[],
  item: InstallerError['item'],
): void {
  const missing = new Map(listed.map((file) => [file.path, file]))
  for (const file of found) {
    const expected = missing.get(file.path)
    if (expected === undefined) {
      throw mismatch('files.unlisted', file.path, 'is not in the signed file list', item)
    }
    missing.delete(file.path)
    if (expected.sha256 !== file.sha256 || expected.size !== file.size) {
      throw mismatch('files.content', file.path, 'differs from the signed file list', item)
    }
    if (expected.executable !== file.executable) {
      throw mismatch('files.executable', file.path, 'differs in its executable bit', item)
    }
  }
  for (const path of missing.keys()) {
    throw mismatch('files.missing', path, 'is in the signed file list but not in the package', item)
  }
}

function mismatch(
  rule: string,
  file: string,
  what: string,
  item: InstallerError['item'],
): InstallerError {
  return new InstallerError({
    code: 'tree_mismatch',
    stage: 'verify',
    rule,
    message: `Expected the package to hold the signed files; ${JSON.stringify(file)} ${what}. Do not trust this source.`,
    file,
    item,
  })
}
