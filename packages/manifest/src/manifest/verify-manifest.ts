import { payloadTypes } from '../crypto/dsse.ts'
import { sha256 } from '../crypto/sha256.ts'
import { ManifestError } from '../errors.ts'
import { isJsonObject, type JsonValue } from '../json/json-value.ts'
import { type CanonicalDocument, parseCanonicalJson } from '../json/parse-canonical-json.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import { type KeyRecord, type Keyring, namespaceOfSlug, refusalAt } from '../keyring/keyring.ts'
import { verifySignedValue } from '../signed/verify-signed-value.ts'
import type { Manifest } from './manifest.ts'
import { assertManifest, maxManifestBytes, readManifestValue } from './parse-manifest.ts'

/** Why a manifest was not accepted. */
export type ManifestRefusal =
  | 'malformed'
  | 'unsigned'
  | 'unknown_key'
  | 'wrong_author'
  | 'wrong_namespace'
  | 'bad_signature'
  | 'key_revoked'
  | 'key_expired'
  | 'key_not_yet_valid'

/** What verification found. Use the manifest of the verdict, never the one that went in. */
export type ManifestVerdict =
  | { valid: true; manifest: Manifest; key: KeyRecord; manifest_sha256: string }
  | { valid: false; reason: ManifestRefusal; message: string }

/** How a manifest is verified. */
export interface VerifyManifestOptions {
  /** The moment the key is judged at: for a release its `approved_at`. Default: now. */
  readonly at?: string | Date
  /** Kinds a host defined beside the nine. */
  readonly kinds?: readonly KindDefinition[]
}

/**
 * Verifies a manifest as it was received: hashes that value before anything else looks at it, then checks signature, key,
 * author, namespace and schema. Answers a verdict for every input; what is wrong with the input is never an exception.
 */
export function verifyManifest(
  received: Uint8Array | string | JsonValue,
  keyring: Keyring,
  options: VerifyManifestOptions = {},
): ManifestVerdict {
  try {
    return verify(received, keyring, options)
  } catch (error) {
    if (error instanceof ManifestError) return refused('malformed', error.message)
    throw error
  }
}

function verify(
  received: Uint8Array | string | JsonValue,
  keyring: Keyring,
  options: VerifyManifestOptions,
): ManifestVerdict {
  const document = readCanonical(received)
  const value = document?.value ?? readManifestValue(received, 'json')
  if (!isJsonObject(value))
    return refused('malformed', 'expected an object, got another JSON value')
  // 1. The signature holds over the canonical form of what was received, without the signature itself.
  const signed = verifySignedValue(
    value,
    'manifest_signature',
    payloadTypes.manifest,
    keyring,
    document,
  )
  if (!signed.valid) return signed
  // 2. The schema holds for the very value that was hashed.
  assertManifest(value, 'signed', options.kinds)
  const manifest = value as unknown as Manifest // proved by the schema just above
  // 3. The key may speak for this author, in this namespace, at that moment.
  const { key, canonical } = signed
  const refusal = refusalOfKey(manifest, key, options.at)
  return refusal ?? { valid: true, manifest, key, manifest_sha256: sha256(canonical) }
}

/** Documents travel in canonical form: then reading has made the signed bytes already. */
function readCanonical(received: Uint8Array | string | JsonValue): CanonicalDocument | undefined {
  if (!(received instanceof Uint8Array) && typeof received !== 'string') return undefined
  if (received.length > maxManifestBytes) return undefined
  return parseCanonicalJson(received, 'manifest_signature')
}

function refusalOfKey(
  manifest: Manifest,
  key: KeyRecord,
  at: string | Date = new Date(),
): ManifestVerdict | undefined {
  if (manifest.author_id !== key.author_id) {
    return refused(
      'wrong_author',
      `key ${key.key_id} belongs to ${key.author_id}, not to ${manifest.author_id}`,
    )
  }
  const namespace = namespaceOfSlug(manifest.slug)
  if (!key.namespaces.includes(namespace)) {
    return refused(
      'wrong_namespace',
      `key ${key.key_id} may not sign for the namespace “${namespace}”`,
    )
  }
  const reason = refusalAt(key, typeof at === 'string' ? new Date(at) : at)
  return reason === undefined
    ? undefined
    : refused(
        reason,
        `key ${key.key_id} of ${key.author_id} could not vouch at that time (${reason})`,
      )
}

function refused(reason: ManifestRefusal, message: string): ManifestVerdict {
  return { valid: false, reason, message }
}
