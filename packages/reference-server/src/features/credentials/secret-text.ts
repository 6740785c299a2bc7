import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** What a key may be for; its second word. */
export type SecretKind = 'operator' | 'publisher' | 'satellite' | 'account'

/**
 * A new key: `mothership_<kind>_`, 43 characters of 256 random bits, 6 of a CRC-32 over all before. Prefix and checksum
 * let secret scanners tell a key from a text that looks like one, and us tell a typing error without asking the database.
 */
export function createSecretText(kind: SecretKind): string {
  // 256 bits: nobody guesses it, so a plain digest is enough to keep.
  const start = `mothership_${kind}_${randomBytes(32).toString('base64url')}`
  return start + checksumOf(start)
}

/** Whether a text has a key's form and a checksum that does not fit: it was cut or mistyped. */
export function isMistyped(text: string): boolean {
  if (!secretPattern.test(text)) return false
  return checksumOf(text.slice(0, -6)) !== text.slice(-6)
}

/** How a key looks, for scanners and for keeping keys out of logs. */
export const secretPattern = /^mothership_[a-z]+_[A-Za-z0-9_-]{49}$/

function checksumOf(text: string): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32(text))
  return bytes.toString('base64url')
}
