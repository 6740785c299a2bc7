import { fromBase64Url } from '../crypto/base64.ts'
import { encodeDsse } from '../crypto/dsse.ts'
import { ed25519 } from '../crypto/ed25519.ts'
import { canonicalTextWithout } from '../json/canonicalize.ts'
import { isJsonObject, type JsonObject } from '../json/json-value.ts'
import type { KeyRecord, Keyring } from '../keyring/keyring.ts'

/** What checking a signature found, before anything else of the document is looked at. */
export type SignedValueVerdict =
  | { valid: true; key: KeyRecord; canonical: Uint8Array }
  | { valid: false; reason: 'unsigned' | 'unknown_key' | 'bad_signature'; message: string }

/** The canonical form of a document, and that without its signature, where reading made them already. */
export interface CanonicalForms {
  readonly whole: Uint8Array
  readonly without: Uint8Array
}

/**
 * Checks the signature that one member of a document carries over all others: the canonical form of what was received,
 * encoded with the document's payload type.
 */
export function verifySignedValue(
  value: JsonObject,
  member: string,
  payloadType: string,
  keyring: Keyring,
  forms?: CanonicalForms,
): SignedValueVerdict {
  const signature = readSignature(value[member])
  if (signature === undefined) {
    return refused('unsigned', `expected ${member} by Ed25519, got none: ask the author to sign`)
  }
  const key = keyring.get(signature.keyId)
  const publicKey = keyring.publicKey(signature.keyId)
  if (key === undefined || publicKey === undefined) {
    return refused(
      'unknown_key',
      `no key ${signature.keyId.slice(0, 64)} in this keyring: fetch the author's keys`,
    )
  }
  const { whole, without } = forms ?? canonicalForms(value, member)
  const bytes = fromBase64Url(signature.sig)
  const message = encodeDsse(payloadType, without)
  return bytes !== undefined && ed25519.verify(bytes, message, publicKey)
    ? { valid: true, key, canonical: whole }
    : refused(
        'bad_signature',
        `the signature by key ${key.key_id} does not hold: fetch the document again`,
      )
}

function canonicalForms(value: JsonObject, member: string): CanonicalForms {
  const { whole, without } = canonicalTextWithout(value, member)
  return { whole: encoder.encode(whole), without: encoder.encode(without) }
}

const encoder = new TextEncoder()

function readSignature(value: unknown): { keyId: string; sig: string } | undefined {
  if (!isJsonObject(value) || value['alg'] !== 'Ed25519') return undefined
  const { key_id: keyId, sig } = value
  return typeof keyId === 'string' && typeof sig === 'string' && sig !== ''
    ? { keyId, sig }
    : undefined
}

function refused(
  reason: 'unsigned' | 'unknown_key' | 'bad_signature',
  message: string,
): SignedValueVerdict {
  return { valid: false, reason, message }
}
