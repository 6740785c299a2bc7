import { ed25519, generateKeyPair, useCryptoBackend, verifyBatch } from '@mothership/manifest'
import { hashes, verify as nobleVerify } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { type BenchResult, measureRates } from './measure.ts'

/** Strict Ed25519 beside node:crypto with a cached key, and noble's points beside noble. */
export default async function (): Promise<BenchResult[]> {
  hashes.sha512 = sha512
  const pair = generateKeyPair()
  const message = new Uint8Array(1024).fill(7)
  const signature = new Uint8Array(sign(null, message, privateKey(pair.secret_key)))
  const key = publicKey(pair.public_key)
  const single = await measureRates({
    ours: () => ed25519.verify(signature, message, pair.public_key),
    node: () => verify(null, message, key, signature),
  })
  const items = Array.from({ length: 100 }, () => ({
    signature,
    message,
    publicKey: pair.public_key,
  }))
  const batch = await measureRates({
    ours: () => verifyBatch(items),
    node: () => items.every(() => verify(null, message, key, signature)),
  })
  useCryptoBackend('noble')
  const portable = await measureRates({
    ours: () => ed25519.verify(signature, message, pair.public_key),
    noble: () => nobleVerify(signature, message, pair.public_key, { zip215: false }),
  })
  useCryptoBackend('auto')
  return [
    result('Ed25519 verify 1 KiB, Node', single, 'node', 'to node:crypto (≥ 0.95)', 1),
    result('Ed25519 verify, batch of 100', batch, 'node', 'to node:crypto in turn (≥ 1.6)', 100),
    result('Ed25519 verify 1 KiB, portable', portable, 'noble', 'to noble (≥ 0.95)', 1),
  ]
}

function result(
  name: string,
  rates: Record<string, number>,
  peer: string,
  label: string,
  each: number,
): BenchResult {
  const ours = (rates['ours'] ?? 0) * each
  const theirs = (rates[peer] ?? 0) * each
  return {
    name,
    unit: 'signatures/s',
    ours,
    peers: { [peer]: theirs },
    ratios: { [label]: ours / theirs },
  }
}

function privateKey(secret: Uint8Array): KeyObject {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
  return createPrivateKey({ key: Buffer.concat([prefix, secret]), format: 'der', type: 'pkcs8' })
}

function publicKey(raw: Uint8Array): KeyObject {
  const prefix = Buffer.from('302a300506032b6570032100', 'hex')
  return createPublicKey({ key: Buffer.concat([prefix, raw]), format: 'der', type: 'spki' })
}
