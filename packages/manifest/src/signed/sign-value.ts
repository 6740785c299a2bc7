import { toBase64Url } from '../crypto/base64.ts'
import { encodeDsse } from '../crypto/dsse.ts'
import { ed25519 } from '../crypto/ed25519.ts'
import type { Signer } from '../crypto/signer.ts'
import { ManifestError } from '../errors.ts'
import { canonicalize } from '../json/canonicalize.ts'
import type { ManifestSignature } from '../manifest/manifest.ts'

/**
 * Signs a document of one payload type. The signer's answer is verified before it is handed on.
 * @throws {ManifestError} `invalid_signature`, `not_json_value`
 */
export async function signValue(
  value: unknown,
  payloadType: string,
  signer: Signer,
): Promise<ManifestSignature> {
  const message = encodeDsse(payloadType, canonicalize(value))
  const signature = await signer.sign(message)
  if (!ed25519.verify(signature, message, signer.public_key)) {
    throw new ManifestError(
      'invalid_signature',
      `expected the signer to answer a signature of key ${signer.key_id}, got one that does not verify: check which key it holds`,
    )
  }
  return { alg: 'Ed25519', key_id: signer.key_id, sig: toBase64Url(signature) }
}
