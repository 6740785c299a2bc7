import { canonicalize, encodeDsse } from '@mothership/manifest'

/** DSSE payload type of the statement with which a key proves that it is held. */
export const keyProofType = 'application/vnd.mothership.key-proof.v1+json'

/** What a proof of possession is about. */
export interface KeyProofInput {
  author_id: string
  /** Ed25519, 64 lower-case hexadecimal digits. */
  public_key: string
}

/**
 * The bytes a key signs to prove that its holder registers it for this author: the DSSE pre-authentication
 * encoding of the canonical statement `{ author_id, public_key, purpose: "register-key" }`. Its own payload
 * type keeps a manifest's signature from ever being taken for a proof, and the other way round.
 */
export function keyProofMessage(input: KeyProofInput): Uint8Array {
  return encodeDsse(
    keyProofType,
    canonicalize({
      author_id: input.author_id,
      public_key: input.public_key,
      purpose: 'register-key',
    }),
  )
}
