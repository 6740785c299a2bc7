import { type KeyPair, keyIdOf, signMessage } from './key-pair.ts'

/** Whatever can sign with one Ed25519 key: a local pair, an HSM, a cloud key service. */
export interface Signer {
  readonly key_id: string
  /** Raw 32 bytes. */
  readonly public_key: Uint8Array
  /** Signs the message as it stands (pure Ed25519, no prehash): 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>
}

/** Signs with a pair held in memory. */
export function createSigner(keyPair: KeyPair): Signer {
  return {
    key_id: keyPair.key_id,
    public_key: keyPair.public_key,
    sign: (message) => Promise.resolve(signMessage(message, keyPair)),
  }
}

/** Signs through a callback, for keys that never leave their module; the answer is checked by whoever asked for it. */
export function createCallbackSigner(
  publicKey: Uint8Array,
  sign: (message: Uint8Array) => Promise<Uint8Array> | Uint8Array,
): Signer {
  return {
    key_id: keyIdOf(publicKey),
    public_key: publicKey,
    sign: async (message) => sign(message),
  }
}
