import { getPublicKey, hashes, sign as signWithNoble } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { ManifestError } from '../errors.ts'
import { canonicalize } from '../json/canonicalize.ts'
import { nodeCrypto } from './backend.ts'
import { toBase64Url } from './base64.ts'
import { isPointOnCurve } from './ed25519.ts'
import { bytesOfHex } from './hex.ts'
import { sha256 } from './sha256.ts'

/** An Ed25519 key pair: raw 32 bytes each, and the name of the public half. */
export interface KeyPair {
  key_id: string
  public_key: Uint8Array
  /** The RFC 8032 seed. Keep it out of logs, arguments and URLs. */
  secret_key: Uint8Array
}

/** Makes a key pair from the runtime's secure randomness. */
export function generateKeyPair(): KeyPair {
  return keyPairFromSecret(crypto.getRandomValues(new Uint8Array(32)))
}

/**
 * Derives the pair of a 32-byte secret key.
 * @throws {ManifestError} `invalid_key`
 */
export function keyPairFromSecret(secretKey: Uint8Array): KeyPair {
  if (!(secretKey instanceof Uint8Array) || secretKey.length !== 32) {
    throw new ManifestError(
      'invalid_key',
      `expected a secret key of 32 bytes, got ${describeLength(secretKey)}: export it as raw Ed25519 seed`,
    )
  }
  hashes.sha512 ??= sha512
  const publicKey = getPublicKey(secretKey)
  return { key_id: keyIdOf(publicKey), public_key: publicKey, secret_key: secretKey.slice() }
}

/**
 * The name of a public key: its RFC 7638 thumbprint with SHA-256, 43 characters of unpadded base64url.
 * @throws {ManifestError} `invalid_key` for anything but 32 bytes
 */
export function keyIdOf(publicKey: Uint8Array): string {
  if (!(publicKey instanceof Uint8Array) || publicKey.length !== 32) {
    throw new ManifestError(
      'invalid_key',
      `expected a public key of 32 bytes, got ${describeLength(publicKey)}: export it as raw Ed25519 key`,
    )
  }
  // RFC 7638 §3.2 and RFC 8037 §2: the required members of an OKP key, sorted.
  const members = { crv: 'Ed25519', kty: 'OKP', x: toBase64Url(publicKey) }
  return toBase64Url(bytesOfHex(sha256(canonicalize(members))))
}

/**
 * Refuses a public key no verifier here would accept: wrong length, non-canonical, of small order, or no point of the curve.
 * @throws {ManifestError} `invalid_key`
 */
export function assertPublicKey(publicKey: Uint8Array): void {
  if (isPointOnCurve(publicKey)) return
  throw new ManifestError(
    'invalid_key',
    `expected a canonical Ed25519 public key of full order, got ${describeLength(publicKey)} that are none: generate a new pair`,
  )
}

/** Signs a message with a pair (RFC 8032 §5.1.6): 64 bytes. */
export function signMessage(message: Uint8Array, keyPair: KeyPair): Uint8Array {
  const node = nodeCrypto()
  if (node === null) {
    hashes.sha512 ??= sha512
    return signWithNoble(message, keyPair.secret_key)
  }
  // As JWK, whose raw bytes Node hands on: its reader of DER takes an error some earlier call left in OpenSSL's queue for
  // its own and refuses a good key.
  const key = node.createPrivateKey({
    key: {
      kty: 'OKP',
      crv: 'Ed25519',
      x: toBase64Url(keyPair.public_key),
      d: toBase64Url(keyPair.secret_key),
    },
    format: 'jwk',
  })
  return new Uint8Array(node.sign(null, message, key))
}

/** PrivateKeyInfo of an Ed25519 key up to the raw 32 bytes (RFC 8410 §7). */
export const pkcs8Prefix: Uint8Array = Uint8Array.from([
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
])

function describeLength(value: unknown): string {
  return value instanceof Uint8Array ? `${value.length} bytes` : `a ${typeof value}`
}
