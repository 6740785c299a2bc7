import * as z from 'zod'
import { fromBase64Url, toBase64Url } from '../crypto/base64.ts'
import { encodeDsse, payloadTypes } from '../crypto/dsse.ts'
import { ed25519 } from '../crypto/ed25519.ts'
import { fromHex, toHex } from '../crypto/hex.ts'
import { assertPublicKey, keyIdOf } from '../crypto/key-pair.ts'
import type { Signer } from '../crypto/signer.ts'
import { ManifestError } from '../errors.ts'
import { canonicalize } from '../json/canonicalize.ts'
import { authorIdSchema, sha256Schema } from '../manifest/fields.ts'
import { once } from '../manifest/once.ts'

/** What an author says when registering a key: this key is mine. */
export interface KeyStatement {
  schema_version: '1.0'
  document: 'key_statement'
  author_id: string
  key_id: string
  /** Raw key, 64 lower-case hexadecimal digits. */
  public_key: string
  /** For whom it is said, so that a proof made for one mothership is none for another. */
  mothership_id?: string
  /** Number the mothership gave out for this registration. */
  challenge?: string
}

/** Schema of a key statement. */
export const keyStatementSchema: () => z.ZodType<KeyStatement> = once(() =>
  z.strictObject({
    schema_version: z.literal('1.0'),
    document: z.literal('key_statement'),
    author_id: authorIdSchema(),
    key_id: z.string().length(43),
    public_key: sha256Schema(),
    mothership_id: authorIdSchema().exactOptional(),
    challenge: z.string().min(1).max(256).exactOptional(),
  }),
)

/** What a statement is about beside the key. */
export interface KeyStatementSubject {
  readonly author_id: string
  readonly mothership_id?: string
  readonly challenge?: string
}

/** The statement about a public key of 32 bytes. */
export function createKeyStatement(
  subject: KeyStatementSubject,
  publicKey: Uint8Array,
): KeyStatement {
  return {
    schema_version: '1.0',
    document: 'key_statement',
    author_id: subject.author_id,
    key_id: keyIdOf(publicKey),
    public_key: toHex(publicKey),
    ...(subject.mothership_id === undefined ? {} : { mothership_id: subject.mothership_id }),
    ...(subject.challenge === undefined ? {} : { challenge: subject.challenge }),
  }
}

/** Proof of possession: the key's own signature over the statement about it, unpadded base64url. */
export async function proveKey(subject: KeyStatementSubject, signer: Signer): Promise<string> {
  return toBase64Url(await signer.sign(messageOf(createKeyStatement(subject, signer.public_key))))
}

/** Answers whether a proof was made with the key it is about, for this subject. */
export function verifyKeyProof(
  subject: KeyStatementSubject,
  publicKeyHex: string,
  proof: string,
): boolean {
  const publicKey = fromHex(publicKeyHex)
  const signature = fromBase64Url(proof)
  if (publicKey?.length !== 32 || signature === undefined) return false
  return ed25519.verify(signature, messageOf(createKeyStatement(subject, publicKey)), publicKey)
}

/**
 * Reads a received statement and checks that its key is usable and named rightly.
 * @throws {ManifestError} `invalid_document`, `invalid_key`
 */
export function parseKeyStatement(value: unknown): KeyStatement {
  const result = keyStatementSchema().safeParse(value)
  if (!result.success) {
    throw new ManifestError(
      'invalid_document',
      `expected a key statement, got another document: ${result.error.issues[0]?.path.join('.')} does not fit`,
    )
  }
  const publicKey = fromHex(result.data.public_key) ?? new Uint8Array()
  assertPublicKey(publicKey)
  if (keyIdOf(publicKey) !== result.data.key_id) {
    throw new ManifestError(
      'invalid_key',
      'expected key_id to be the thumbprint of public_key, got another: derive it again',
    )
  }
  return result.data
}

function messageOf(statement: KeyStatement): Uint8Array {
  return encodeDsse(payloadTypes.key_statement, canonicalize(statement))
}
