import { canonicalize } from '@mothership/manifest'

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
export function keyProofMessage(input: KeyProofInput): Uint8Array<ArrayBuffer> {
  const payload = canonicalize({
    author_id: input.author_id,
    public_key: input.public_key,
    purpose: 'register-key',
  })
  const type = new TextEncoder().encode(keyProofType)
  // DSSE protocol, "PAE": "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body
  const head = new TextEncoder().encode(`DSSEv1 ${type.length} ${keyProofType} ${payload.length} `)
  const message = new Uint8Array(head.length + payload.length)
  message.set(head)
  message.set(payload, head.length)
  return message
}
