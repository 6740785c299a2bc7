import { payloadTypes } from '../crypto/dsse.ts'
import { sha256 } from '../crypto/sha256.ts'
import type { Signer } from '../crypto/signer.ts'
import { assertJsonValue } from '../json/assert-json-value.ts'
import { canonicalize } from '../json/canonicalize.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import type { Manifest, UnsignedManifest } from './manifest.ts'
import { signValue } from '../signed/sign-value.ts'
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
  const signature = await signValue(value, payloadTypes.manifest, signer)
  return { ...manifest, manifest_signature: signature }
}

/** SHA-256 of the canonical form with the signature: the name of exactly this signed manifest. */
export function manifestDigest(manifest: Manifest): string {
  return sha256(canonicalize(manifest))
}
