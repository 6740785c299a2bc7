import { etc, hashes, Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import type * as NodeCrypto from 'node:crypto'
import { nodeCrypto } from './backend.ts'

/** Strict Ed25519 with the same verdict on every runtime. */
export const ed25519: {
  /**
   * Answers whether a 64-byte signature over the message was made by the key (32 bytes). Never throws: anything of another
   * length, type or form is `false`.
   *
   * Cofactorless (RFC 8032 §5.1.7 with the byte comparison): refused are A and R of small order or in a non-canonical
   * encoding, and S ≥ L; then encode([S]B − [k]A) must equal R.
   */
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
} = { verify }

function verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (!isStrictInput(signature, publicKey) || !(message instanceof Uint8Array)) return false
  const node = nodeCrypto()
  return node === null
    ? verifyWithPoints(signature, message, publicKey)
    : verifyWithNode(node, signature, message, publicKey)
}

/** The checks made before any curve arithmetic, equal on every runtime. */
export function isStrictInput(signature: Uint8Array, publicKey: Uint8Array): boolean {
  return (
    signature instanceof Uint8Array &&
    signature.length === 64 &&
    isStrictPublicKey(publicKey) &&
    isStrictPoint(signature, 0) &&
    isReducedScalar(signature)
  )
}

/** Answers whether 32 bytes encode a key this package accepts: canonical and not of small order. Being on the curve shows at verification. */
export function isStrictPublicKey(publicKey: Uint8Array): boolean {
  return publicKey instanceof Uint8Array && publicKey.length === 32 && isStrictPoint(publicKey, 0)
}

/** Answers whether 32 bytes encode a point of the curve that is canonical and not of small order. Slower than the check above. */
export function isPointOnCurve(publicKey: Uint8Array): boolean {
  if (!isStrictPublicKey(publicKey)) return false
  try {
    Point.fromBytes(publicKey, false)
    return true
  } catch {
    return false // The library throws for y without an x: the verdict is the answer here.
  }
}

/** Node's key object for a raw public key; keys repeat, so that the last few hundred are kept. */
export function nodePublicKey(
  node: typeof NodeCrypto,
  publicKey: Uint8Array,
): NodeCrypto.KeyObject {
  const name = keyName(publicKey)
  const known = keyObjects.get(name)
  if (known !== undefined) return known
  const der = new Uint8Array(spkiPrefix.length + 32)
  der.set(spkiPrefix)
  der.set(publicKey, spkiPrefix.length)
  const key = node.createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
  if (keyObjects.size >= maxKeyObjects) keyObjects.clear()
  keyObjects.set(name, key)
  return key
}

const keyObjects = new Map<string, NodeCrypto.KeyObject>()
/** A keyring of a busy server holds some hundred publishers; a key object is about 1 KiB. */
const maxKeyObjects = 1024
/** SubjectPublicKeyInfo of an Ed25519 key up to the raw 32 bytes (RFC 8410 §4). */
export const spkiPrefix: Uint8Array = Uint8Array.of(
  0x30,
  0x2a,
  0x30,
  0x05,
  0x06,
  0x03,
  0x2b,
  0x65,
  0x70,
  0x03,
  0x21,
  0,
)

function keyName(publicKey: Uint8Array): string {
  return String.fromCharCode.apply(null, publicKey as unknown as number[])
}

function verifyWithNode(
  node: typeof NodeCrypto,
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  try {
    return node.verify(null, message, nodePublicKey(node, publicKey), signature)
  } catch {
    return false // OpenSSL's refusal of a point or a length is the verdict, not a fault.
  }
}

function verifyWithPoints(
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  hashes.sha512 ??= sha512
  try {
    const pointA = Point.fromBytes(publicKey, false)
    const encodedR = signature.subarray(0, 32)
    const scalarS = littleEndian(signature.subarray(32))
    const digest = sha512(etc.concatBytes(encodedR, publicKey, message))
    const scalarK = littleEndian(digest) % groupOrder
    const sum = Point.BASE.multiply(scalarS, false).add(pointA.negate().multiply(scalarK, false))
    return equalBytes(sum.toBytes(), encodedR)
  } catch {
    return false // A is not on the curve.
  }
}

/** L, the order of the base point (RFC 8032 §5.1). */
const groupOrder = 2n ** 252n + 27742317777372353535851937790883648493n
const groupOrderBytes = littleEndianBytes(groupOrder)
const fieldPrimeBytes = littleEndianBytes(2n ** 255n - 19n)

/** The y coordinates of the eight points of small order, little-endian with the sign bit clear: 0, 1, −1 and the two of order eight. */
const smallOrderY: readonly Uint8Array[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
].map((hex) => etc.hexToBytes(hex))

/** RFC 8032 §5.1.3: y < p; and no point whose order divides eight, with either sign. */
function isStrictPoint(bytes: Uint8Array, offset: number): boolean {
  return isBelow(bytes, offset, fieldPrimeBytes, 0x7f) && !isSmallOrder(bytes, offset)
}

function isSmallOrder(bytes: Uint8Array, offset: number): boolean {
  for (const y of smallOrderY) {
    let same = (Number(bytes[offset + 31]) & 0x7f) === y[31]
    for (let index = 0; same && index < 31; index += 1) {
      same = bytes[offset + index] === y[index]
    }
    if (same) return true
  }
  return false
}

/** RFC 8032 §5.1.7: S in the range 0 ≤ S < L. */
function isReducedScalar(signature: Uint8Array): boolean {
  return isBelow(signature, 32, groupOrderBytes, 0xff)
}

function isBelow(bytes: Uint8Array, offset: number, bound: Uint8Array, topMask: number): boolean {
  for (let index = 31; index >= 0; index -= 1) {
    const mask = index === 31 ? topMask : 0xff
    const byte = Number(bytes[offset + index]) & mask
    const limit = Number(bound[index])
    if (byte !== limit) return byte < limit
  }
  return false
}

function littleEndian(bytes: Uint8Array): bigint {
  let hex = '0x'
  for (let index = bytes.length - 1; index >= 0; index -= 1) {
    hex += Number(bytes[index]).toString(16).padStart(2, '0')
  }
  return BigInt(hex)
}

function littleEndianBytes(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, index) => Number((value >> BigInt(index * 8)) & 0xffn))
}

function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index])
}
