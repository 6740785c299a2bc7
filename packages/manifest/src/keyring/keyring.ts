import { isStrictPublicKey } from '../crypto/ed25519.ts'
import { fromHex } from '../crypto/hex.ts'
import { keyIdOf } from '../crypto/key-pair.ts'
import { ManifestError } from '../errors.ts'

/** A publisher's key as a mothership publishes it and a keyring takes it. */
export interface KeyRecord {
  /** RFC 7638 thumbprint of the public key. */
  key_id: string
  /** Raw key, 64 lower-case hexadecimal digits. */
  public_key: string
  author_id: string
  /** First segments of the slugs it may sign; the empty string stands for slugs without a namespace. */
  namespaces: string[]
  valid_from: string
  /** From this moment on it signs nothing new; what was approved before stays. */
  valid_until?: string
  /** From this moment on it is withdrawn. */
  revoked_at?: string
  /** What was approved from this moment on is not to be trusted. */
  compromised_since?: string
}

/** The keys a verifier trusts, looked up by name. */
export interface Keyring {
  get(keyId: string): KeyRecord | undefined
  /** Raw 32 bytes of a key of this ring. */
  publicKey(keyId: string): Uint8Array | undefined
  readonly keys: readonly KeyRecord[]
}

/** Why a key may not vouch for something at a moment. */
export type KeyRefusal = 'key_revoked' | 'key_expired' | 'key_not_yet_valid'

/**
 * Puts keys together for verification. Every record is checked: the name must be the thumbprint of the key, and no name may
 * come twice.
 * @throws {ManifestError} `invalid_key`
 */
export function createKeyring(keys: readonly KeyRecord[]): Keyring {
  const records = new Map<string, { record: KeyRecord; publicKey: Uint8Array }>()
  for (const record of keys) {
    const publicKey = checkedPublicKey(record)
    if (records.has(record.key_id)) {
      refuse(record, 'every key once', 'it a second time')
    }
    records.set(record.key_id, { record, publicKey })
  }
  return {
    get: (keyId) => records.get(keyId)?.record,
    publicKey: (keyId) => records.get(keyId)?.publicKey,
    keys: [...records.values()].map(({ record }) => record),
  }
}

/**
 * Judges a key at a moment, for a release the moment of its approval: `undefined` when it may vouch. Expired keys keep what
 * was approved before; a key compromised since T vouches for nothing from T on.
 */
export function refusalAt(record: KeyRecord, at: Date): KeyRefusal | undefined {
  const moment = at.getTime()
  const since = (text: string | undefined): boolean =>
    text !== undefined && !(moment < Date.parse(text))
  if (Number.isNaN(moment)) return 'key_expired' // no moment: fail closed
  if (since(record.compromised_since) || since(record.revoked_at)) return 'key_revoked'
  if (!since(record.valid_from)) return 'key_not_yet_valid'
  return since(record.valid_until) ? 'key_expired' : undefined
}

/** The namespace of a slug: its first segment, empty for a bare slug, which is the operator's own. */
export function namespaceOfSlug(slug: string): string {
  const dot = slug.indexOf('.')
  return dot < 0 ? '' : slug.slice(0, dot)
}

function checkedPublicKey(record: KeyRecord): Uint8Array {
  const publicKey = fromHex(record.public_key)
  if (publicKey === undefined || !isStrictPublicKey(publicKey)) {
    return refuse(record, 'a public key of 64 hexadecimal digits and full order', 'another text')
  }
  if (keyIdOf(publicKey) !== record.key_id) {
    refuse(record, 'key_id to be the thumbprint of public_key', 'another name')
  }
  for (const field of ['valid_from', 'valid_until', 'revoked_at', 'compromised_since'] as const) {
    const text = record[field]
    if (text === undefined ? field === 'valid_from' : Number.isNaN(Date.parse(text))) {
      refuse(record, `${field} to be a time in ISO 8601`, JSON.stringify(text) ?? 'nothing')
    }
  }
  return publicKey
}

function refuse(record: KeyRecord, expected: string, received: string): never {
  throw new ManifestError(
    'invalid_key',
    `key ${record.key_id}: expected ${expected}, got ${received}: take the record from its owner again`,
  )
}
