import { toBase64Url } from '../crypto/base64.ts'
import { encodeDsse, payloadTypes } from '../crypto/dsse.ts'
import { ed25519 } from '../crypto/ed25519.ts'
import { sha256 } from '../crypto/sha256.ts'
import type { Signer } from '../crypto/signer.ts'
import { ManifestError } from '../errors.ts'
import { assertJsonValue } from '../json/assert-json-value.ts'
import { canonicalize } from '../json/canonicalize.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import type { Manifest, UnsignedManifest } from './manifest.ts'
import { parseUnsignedManifest } from './parse-manifest.ts'

/**
 * Signs a manifest: the answer is the manifest with `manifest_signature`. What does not fit the schema is not signed, and the
 * signer's answer is checked before it is handed on.
 * @throws {ManifestError} `schema_violation`, `invalid_signature`
 */
export async function signManifest(
  manifest: UnsignedManifest,
  signer: Signer,
  options: { readonly kinds?: readonly KindDefinition[] } = {},
): Promise<Manifest> {
  const value: unknown = parseUnsignedManifest(manifest, options)
  assertJsonValue(value)
  const message = encodeDsse(payloadTypes.manifest, canonicalize(value))
  const signature = await signer.sign(message)
  if (!ed25519.verify(signature, message, signer.public_key)) {
    throw new ManifestError(
      'invalid_signature',
      `expected the signer to answer a signature of key ${signer.key_id}, got one that does not verify: check which key it holds`,
    )
  }
  return {
    ...manifest,
    manifest_signature: { alg: 'Ed25519', key_id: signer.key_id, sig: toBase64Url(signature) },
  }
}

/** SHA-256 of the canonical form with the signature: the name of exactly this signed manifest. */
export function manifestDigest(manifest: Manifest): string {
  return sha256(canonicalize(manifest))
}
