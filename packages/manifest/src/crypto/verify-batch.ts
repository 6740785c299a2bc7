import { nodeCrypto } from './backend.ts'
import { ed25519, isStrictInput, nodePublicKey } from './ed25519.ts'

/** One signature to check. */
export interface SignedMessage {
  signature: Uint8Array
  message: Uint8Array
  publicKey: Uint8Array
}

/**
 * Checks many signatures, on Node through its thread pool. Answers in the order asked; each verdict is the one
 * `ed25519.verify` gives, so a bad signature spoils no other.
 */
export function verifyBatch(items: readonly SignedMessage[]): Promise<boolean[]> {
  return Promise.all(items.map((item) => verifyOne(item)))
}

async function verifyOne({ signature, message, publicKey }: SignedMessage): Promise<boolean> {
  const node = nodeCrypto()
  if (node === null) return ed25519.verify(signature, message, publicKey)
  if (!isStrictInput(signature, publicKey) || !(message instanceof Uint8Array)) return false
  const key = nodePublicKey(node, publicKey)
  return new Promise((resolve) => {
    node.verify(null, message, key, signature, (error, isValid) =>
      resolve(error === null && isValid),
    )
  })
}
