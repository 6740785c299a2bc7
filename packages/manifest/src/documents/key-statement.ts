import * as z from 'zod'
import { fromBase64Url, toBase64Url } from '../crypto/base64.ts'
import { encodeDsse, payloadTypes } from '../crypto/dsse.ts'
import { ed25519 } from '../crypto/ed25519.ts'
import { bytesOfHex, fromHex, toHex } from '../crypto/hex.ts'
import { assertPublicKey } from '../crypto/key-pair.ts'
import type { Signer } from '../crypto/signer.ts'
import { ManifestError } from '../errors.ts'
import { canonicalize } from '../json/canonicalize.ts'
import { authorIdSchema, sha256Schema } from '../manifest/fields.ts'
import { once } from '../manifest/once.ts'

/** What a proof of possession is about: whose key is registered, and which. */
export interface KeyProofInput {
  author_id: string
  /** Ed25519, 64 lower-case hexadecimal digits. */
  public_key: string
}

/** What an author says when registering a key: this key is mine. */
export interface KeyStatement extends KeyProofInput {
  purpose: 'register-key'
}

/** DSSE payload type of the statement with which a key proves that it is held. */
export const keyProofType: string = payloadTypes.key_statement

/**
 * The bytes a key signs to prove that its holder registers it for this author: the DSSE pre-authentication encoding of the
 * canonical statement. Its own payload type keeps a manifest's signature from ever being taken for a proof, and the other
 * way round.
 */
export function keyProofMessage(input: KeyProofInput): Uint8Array {
  const { author_id, public_key } = input
  const statement: KeyStatement = { author_id, public_key, purpose: 'register-key' }
  return encodeDsse(keyProofType, canonicalize(statement))
}

/** Proof of possession: the key's own signature over the statement about it, unpadded base64url. */
export async function proveKey(authorId: string, signer: Signer): Promise<string> {
  const message = keyProofMessage({ author_id: authorId, public_key: toHex(signer.public_key) })
  return toBase64Url(await signer.sign(message))
}

/** Answers whether a proof was made with the key it is about, for this author. */
export function verifyKeyProof(input: KeyProofInput, proof: string): boolean {
  const publicKey = fromHex(input.public_key)
  const signature = fromBase64Url(proof)
  if (publicKey?.length !== 32 || signature === undefined) return false
  return ed25519.verify(signature, keyProofMessage(input), publicKey)
}

/**
 * Reads a received statement and checks that its key is usable.
 * @throws {ManifestError} `invalid_document`, `invalid_key`
 */
export function parseKeyStatement(value: unknown): KeyStatement {
  const result = statementSchema().safeParse(value)
  if (!result.success) {
    throw new ManifestError(
      'invalid_document',
      `expected a key statement, got another document: ${result.error.issues[0]?.path.join('.')} does not fit`,
    )
  }
  assertPublicKey(bytesOfHex(result.data.public_key))
  return result.data
}

const statementSchema: () => z.ZodType<KeyStatement> = once(() =>
  z.strictObject({
    author_id: authorIdSchema(),
    public_key: sha256Schema(),
    purpose: z.literal('register-key'),
  }),
)
