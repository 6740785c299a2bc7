import type { Signer } from '@mothership/manifest'
import { keyProofMessage, type KeyRegistration } from './contract/index.ts'

/** Signs the statement that registers the signer's key for an author: the body of `publishers.keys.add`. */
export async function proveKey(signer: Signer, authorId: string): Promise<KeyRegistration> {
  const public_key = Array.from(signer.public_key, (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
  const signature = await signer.sign(keyProofMessage({ author_id: authorId, public_key }))
  const base64 = btoa(String.fromCharCode(...signature))
  return {
    public_key,
    proof: base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
  }
}
