import { ManifestError } from '../errors.ts'
import { isJsonObject } from '../json/json-value.ts'
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from './base64.ts'
import { spkiPrefix } from './ed25519.ts'
import { fromHex, toHex } from './hex.ts'
import { assertPublicKey, type KeyPair, keyPairFromSecret, pkcs8Prefix } from './key-pair.ts'

/** How a key is written: 64 hexadecimal digits, PEM (SPKI or PKCS #8), or JWK (RFC 8037). */
export type KeyFormat = 'hex' | 'pem' | 'jwk'

/** An Ed25519 key as RFC 8037 writes it; `d` is there for secret keys only. */
export interface Ed25519Jwk {
  kty: 'OKP'
  crv: 'Ed25519'
  x: string
  d?: string
}

/** Writes a public key of 32 bytes. */
export function exportPublicKey(publicKey: Uint8Array, format: KeyFormat): string {
  assertPublicKey(publicKey)
  switch (format) {
    case 'hex':
      return toHex(publicKey)
    case 'pem':
      return toPem('PUBLIC KEY', spkiPrefix, publicKey)
    case 'jwk':
      return JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x: toBase64Url(publicKey) })
    default:
      return format satisfies never
  }
}

/** Writes a pair's secret half (a JWK holds both). Keep the answer out of logs and arguments; see `encryptKeyFile`. */
export function exportSecretKey(keyPair: KeyPair, format: KeyFormat): string {
  switch (format) {
    case 'hex':
      return toHex(keyPair.secret_key)
    case 'pem':
      return toPem('PRIVATE KEY', pkcs8Prefix, keyPair.secret_key)
    case 'jwk':
      return JSON.stringify({
        kty: 'OKP',
        crv: 'Ed25519',
        x: toBase64Url(keyPair.public_key),
        d: toBase64Url(keyPair.secret_key),
      })
    default:
      return format satisfies never
  }
}

/**
 * Reads a public key from hex, PEM or JWK (text or object): 32 bytes.
 * @throws {ManifestError} `invalid_key`
 */
export function importPublicKey(key: string | Ed25519Jwk): Uint8Array {
  const publicKey =
    typeof key === 'string'
      ? (readHex(key) ?? readPem(key, 'PUBLIC KEY', spkiPrefix) ?? readJwk(parseJwk(key), 'x'))
      : readJwk(key, 'x')
  if (publicKey === undefined) return refuse('public')
  assertPublicKey(publicKey)
  return publicKey
}

/**
 * Reads a secret key from hex, PEM or JWK (text or object) and derives its pair. A JWK whose halves do not belong together
 * is refused.
 * @throws {ManifestError} `invalid_key`; the message never holds the key
 */
export function importKeyPair(key: string | Ed25519Jwk): KeyPair {
  const jwk = typeof key === 'string' ? parseJwk(key) : key
  const secretKey =
    typeof key === 'string'
      ? (readHex(key) ?? readPem(key, 'PRIVATE KEY', pkcs8Prefix) ?? readJwk(jwk, 'd'))
      : readJwk(jwk, 'd')
  if (secretKey === undefined) return refuse('secret')
  const pair = keyPairFromSecret(secretKey)
  const named = readJwk(jwk, 'x')
  if (named !== undefined && toHex(named) !== toHex(pair.public_key)) {
    throw new ManifestError(
      'invalid_key',
      'expected x of the JWK to belong to d, got another key: export it again',
    )
  }
  return pair
}

function toPem(label: string, prefix: Uint8Array, key: Uint8Array): string {
  const der = new Uint8Array(prefix.length + key.length)
  der.set(prefix)
  der.set(key, prefix.length)
  return `-----BEGIN ${label}-----\n${toBase64(der)}\n-----END ${label}-----\n`
}

function readHex(text: string): Uint8Array | undefined {
  const trimmed = text.trim()
  return trimmed.length === 64 ? fromHex(trimmed) : undefined
}

function readPem(text: string, label: string, prefix: Uint8Array): Uint8Array | undefined {
  const pattern = new RegExp(
    `^-----BEGIN ${label}-----\\s+([A-Za-z0-9+/=\\s]{1,200}?)\\s+-----END ${label}-----$`,
  )
  const body = pattern.exec(text.trim())?.[1]
  const der = body === undefined ? undefined : fromBase64(body.replaceAll(/\s/g, ''))
  if (der?.length !== prefix.length + 32) return undefined
  return prefix.every((byte, index) => byte === der[index]) ? der.slice(prefix.length) : undefined
}

function parseJwk(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined // Text that is no JSON is no JWK; the caller names what was expected.
  }
}

function readJwk(value: unknown, member: 'x' | 'd'): Uint8Array | undefined {
  if (!isJsonObject(value) || value['kty'] !== 'OKP' || value['crv'] !== 'Ed25519') return undefined
  const text = value[member]
  const bytes = typeof text === 'string' ? fromBase64Url(text) : undefined
  return bytes?.length === 32 ? bytes : undefined
}

function refuse(half: 'public' | 'secret'): never {
  throw new ManifestError(
    'invalid_key',
    `expected an Ed25519 ${half} key as 64 hexadecimal digits, PEM or JWK, got another text: export it in one of these`,
  )
}
