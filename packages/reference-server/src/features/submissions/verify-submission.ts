import type { Finding, ProblemCode } from '@mothership/client/contract'
import {
  comparePermissions,
  createKeyring,
  type Manifest,
  type ManifestRefusal,
  parseManifest,
  verifyManifest,
} from '@mothership/manifest'
import { appArchiveLimits, type ArchiveReading, readArchive } from '@mothership/manifest/archive'
import { RequestError } from '../../errors.ts'
import type { HeldKey } from '../publishers/service.ts'

/** A manifest that its author's key signed, and that key. */
export interface VerifiedManifest {
  readonly manifest: Manifest
  readonly manifest_sha256: string
  readonly key: HeldKey
}

/**
 * Verifies a manifest as it was received: signature, key, author, namespace, schema and permission grammar.
 *
 * @throws RequestError with the code that says which of these failed; ManifestError when it is no manifest at all.
 */
export function verifySubmittedManifest(
  received: string,
  author_id: string,
  keys: readonly HeldKey[],
  at: Date,
): VerifiedManifest {
  const verdict = verifyManifest(received, createKeyring(keys), { at })
  if (!verdict.valid) {
    if (verdict.reason === 'malformed') parseManifest(received) // throws, and names every fault
    const why =
      verdict.reason === 'unknown_key'
        ? `"${author_id}" has no key of the name the signature gives: register the key, or sign with a registered one`
        : verdict.message
    throw new RequestError(codeByRefusal[verdict.reason], `The manifest is refused: ${why}.`, {
      issues: [{ path: 'manifest', message: why }],
    })
  }
  if (verdict.manifest.author_id !== author_id) {
    throw new RequestError(
      'invalid_signature',
      `The manifest is by "${verdict.manifest.author_id}" and was sent with the access key of "${author_id}": an author submits their own.`,
      { issues: [{ path: 'manifest.author_id', message: `expected "${author_id}"` }] },
    )
  }
  refuseNul(received)
  const key = keys.find(({ key_id }) => key_id === verdict.key.key_id)
  if (key === undefined) throw new TypeError('the keyring answered a key it was not given')
  return { manifest: verdict.manifest, manifest_sha256: verdict.manifest_sha256, key }
}

/** A manifest may hold U+0000 by its schema, and our database no text that does. In JSON it can only be escaped. */
function refuseNul(received: string): void {
  if (!/(?<!\\)(?:\\\\)*\\u0000/.test(received)) return
  const message = 'expected texts without the character U+0000, got one with it: take it out'
  throw new RequestError('invalid_manifest', `The manifest is refused: ${message}.`, {
    issues: [{ path: 'manifest', message }],
  })
}

const codeByRefusal: Readonly<Record<ManifestRefusal, ProblemCode>> = {
  malformed: 'invalid_manifest',
  unsigned: 'invalid_signature',
  unknown_key: 'invalid_signature',
  wrong_author: 'invalid_signature',
  wrong_namespace: 'namespace_not_owned',
  bad_signature: 'invalid_signature',
  key_revoked: 'invalid_signature',
  key_expired: 'invalid_signature',
  key_not_yet_valid: 'invalid_signature',
}

/** What the bytes turned out to be, and what a moderator should know of them. */
export interface VerifiedPackage {
  readonly reading: ArchiveReading
  readonly findings: Finding[]
}

/**
 * Reads the package within the archive limits and compares it with what the manifest binds.
 *
 * @throws RequestError `digest_mismatch`; ArchiveError when it is no archive we read.
 */
export async function verifySubmittedPackage(
  path: string,
  manifest: Manifest,
  signal?: AbortSignal,
): Promise<VerifiedPackage> {
  const reading = await readArchive(path, {
    ...(manifest.kind === 'app' ? { limits: appArchiveLimits } : {}),
    ...(signal === undefined ? {} : { signal }),
  })
  const issues = (['package_sha256', 'package_size', 'tree_sha256'] as const)
    .filter((field) => reading[field] !== manifest[field])
    .map((field) => ({
      path: `manifest.${field}`,
      message: `expected ${manifest[field]}, the package has ${reading[field]}`,
    }))
  if (issues.length > 0) {
    throw new RequestError(
      'digest_mismatch',
      'The package is not the one the manifest was signed for: pack and sign again, and send both.',
      { issues },
    )
  }
  return { reading, findings: compareWithBytes(manifest, reading) }
}

/** What the bytes visibly ask for and the manifest does not declare is shown to the moderator; it refuses nothing by itself. */
function compareWithBytes(manifest: Manifest, reading: ArchiveReading): Finding[] {
  const { undeclared } = comparePermissions(manifest.permissions, reading.contents, manifest.kind)
  return undeclared.slice(0, maxFindings).map((permission) => ({
    severity: 'warning',
    rule: 'permission-not-declared',
    message: `The files ask for ${permission}, which the manifest does not declare.`,
    file: null,
    line: null,
  }))
}

/** The contract's bound: a reviewer reads no more. */
const maxFindings = 1000
