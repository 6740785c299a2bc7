import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { nodeCrypto } from './backend.ts'
import { toHex } from './hex.ts'

/** A digest that takes its input piece by piece. */
export interface Sha256 {
  update(bytes: Uint8Array): void
  /** Ends the computation: 64 lower-case hexadecimal digits. May be asked for once. */
  digest(): string
}

/** SHA-256 of the bytes: 64 lower-case hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  const node = nodeCrypto()
  return node === null ? toHex(nobleSha256(bytes)) : node.hash('sha256', bytes, 'hex')
}

/** Starts a SHA-256 over input that arrives in pieces. */
export function createSha256(): Sha256 {
  const node = nodeCrypto()
  if (node !== null) {
    const hash = node.createHash('sha256')
    return {
      update(bytes) {
        hash.update(bytes)
      },
      digest: () => hash.digest('hex'),
    }
  }
  const hash = nobleSha256.create()
  return {
    update(bytes) {
      hash.update(bytes)
    },
    digest: () => toHex(hash.digest()),
  }
}
