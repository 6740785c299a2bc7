import * as z from 'zod'
import { fromBase64Url } from '../crypto/base64.ts'
import { encodeDsse, payloadTypes } from '../crypto/dsse.ts'
import { ed25519 } from '../crypto/ed25519.ts'
import { bytesOfHex, toHex } from '../crypto/hex.ts'
import { keyIdOf } from '../crypto/key-pair.ts'
import type { Signer } from '../crypto/signer.ts'
import { ManifestError } from '../errors.ts'
import { canonicalize } from '../json/canonicalize.ts'
import type { JsonValue } from '../json/json-value.ts'
import { authorIdSchema, sha256Schema, timeSchema } from '../manifest/fields.ts'
import { once } from '../manifest/once.ts'
import type { ManifestSignature } from '../manifest/manifest.ts'
import { readManifestValue } from '../manifest/parse-manifest.ts'
import { signatureSchema } from '../manifest/schema.ts'
import { signValue } from '../signed/sign-value.ts'
import { createKeyring, type KeyRecord, type Keyring, refusalAt } from './keyring.ts'

/** A key hands over to its successor: signed by both, so that neither was named against its owner's will. */
export interface KeyRotation {
  schema_version: '1.0'
  document: 'key_rotation'
  author_id: string
  old_key_id: string
  new_key_id: string
  /** Raw key, 64 lower-case hexadecimal digits. */
  new_public_key: string
  rotated_at: string
  signatures: { old: ManifestSignature; new: ManifestSignature }
}

/**
 * Makes a rotation statement.
 * @throws {ManifestError} `invalid_signature`
 */
export async function signKeyRotation(
  rotation: { readonly author_id: string; readonly rotated_at: string },
  oldSigner: Signer,
  newSigner: Signer,
): Promise<KeyRotation> {
  const statement = {
    schema_version: '1.0' as const,
    document: 'key_rotation' as const,
    author_id: rotation.author_id,
    old_key_id: oldSigner.key_id,
    new_key_id: newSigner.key_id,
    new_public_key: toHex(newSigner.public_key),
    rotated_at: rotation.rotated_at,
  }
  const [byOld, byNew] = [
    await signValue(statement, payloadTypes.key_rotation, oldSigner),
    await signValue(statement, payloadTypes.key_rotation, newSigner),
  ]
  return { ...statement, signatures: { old: byOld, new: byNew } }
}

/**
 * Applies a rotation statement to a keyring: the new key gets the old one's author and namespaces from the moment of the
 * rotation on, at which the old one expires. The old key must have been good at that moment.
 * @throws {ManifestError} `invalid_document` when the statement proves nothing
 */
export function applyKeyRotation(
  keyring: Keyring,
  received: Uint8Array | string | JsonValue,
): Keyring {
  const value = readManifestValue(received, 'json')
  const result = rotationSchema().safeParse(value)
  if (!result.success) return refuse('a statement with all its fields', 'another document')
  const { signatures, ...statement } = result.data
  const oldKey = keyring.get(statement.old_key_id)
  const newPublicKey = bytesOfHex(statement.new_public_key)
  if (oldKey === undefined) return refuse('an old key of this keyring', 'an unknown one')
  if (oldKey.author_id !== statement.author_id)
    return refuse('the author of the old key', 'another')
  if (keyring.get(statement.new_key_id) !== undefined)
    return refuse('a new key', 'one already known')
  if (keyIdOf(newPublicKey) !== statement.new_key_id)
    return refuse('the name of the new key', 'another')
  const refusal = refusalAt(oldKey, new Date(statement.rotated_at))
  if (refusal !== undefined) return refuse('an old key good at that time', refusal)
  const message = encodeDsse(payloadTypes.key_rotation, canonicalize(statement))
  const holds =
    signatures.old.key_id === statement.old_key_id &&
    signatures.new.key_id === statement.new_key_id &&
    verifies(signatures.old, message, keyring.publicKey(statement.old_key_id)) &&
    verifies(signatures.new, message, newPublicKey)
  if (!holds) return refuse('signatures of both keys', 'one that does not hold')
  return withRotation(keyring, oldKey, statement)
}

const rotationSchema: () => z.ZodType<KeyRotation> = once(() =>
  z.strictObject({
    schema_version: z.literal('1.0'),
    document: z.literal('key_rotation'),
    author_id: authorIdSchema(),
    old_key_id: z.string().max(64),
    new_key_id: z.string().max(64),
    new_public_key: sha256Schema(),
    rotated_at: timeSchema(),
    signatures: z.strictObject({ old: signatureSchema(), new: signatureSchema() }),
  }),
)

function withRotation(
  keyring: Keyring,
  oldKey: KeyRecord,
  statement: Omit<KeyRotation, 'signatures'>,
): Keyring {
  const { rotated_at: rotatedAt } = statement
  const others = keyring.keys.filter((key) => key.key_id !== oldKey.key_id)
  return createKeyring([
    ...others,
    { ...oldKey, valid_until: rotatedAt },
    {
      key_id: statement.new_key_id,
      public_key: statement.new_public_key,
      author_id: oldKey.author_id,
      namespaces: oldKey.namespaces,
      valid_from: rotatedAt,
      ...(oldKey.valid_until === undefined ? {} : { valid_until: oldKey.valid_until }),
    },
  ])
}

function verifies(
  signature: ManifestSignature,
  message: Uint8Array,
  publicKey: Uint8Array | undefined,
): boolean {
  const bytes = fromBase64Url(signature.sig)
  return bytes !== undefined && publicKey !== undefined && ed25519.verify(bytes, message, publicKey)
}

function refuse(expected: string, received: string): never {
  throw new ManifestError(
    'invalid_document',
    `key rotation: expected ${expected}, got ${received}: ask the author for a new statement`,
  )
}
