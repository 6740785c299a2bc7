import { createSha256, sha256 } from '@mothership/manifest'
import { createHash, hash } from 'node:crypto'
import { type BenchResult, measureRates } from './measure.ts'

/** SHA-256 of a stream in pieces of 64 KiB beside createHash, and of 1 KiB at once beside crypto.hash. */
export default async function (): Promise<BenchResult[]> {
  const piece = new Uint8Array(64 * 1024).fill(3)
  const pieces = 64
  const streaming = await measureRates({
    ours: () => {
      const ours = createSha256()
      for (let index = 0; index < pieces; index += 1) ours.update(piece)
      return ours.digest()
    },
    createHash: () => {
      const theirs = createHash('sha256')
      for (let index = 0; index < pieces; index += 1) theirs.update(piece)
      return theirs.digest('hex')
    },
  })
  const small = piece.subarray(0, 1024)
  const single = await measureRates({
    ours: () => sha256(small),
    'crypto.hash': () => hash('sha256', small, 'hex'),
    createHash: () => createHash('sha256').update(small).digest('hex'),
  })
  const megabytes = (piece.length * pieces) / 1e6
  const { ours = 0, createHash: theirs = 0 } = streaming
  return [
    {
      name: 'SHA-256, streaming 4 MiB',
      unit: 'MB/s',
      ours: ours * megabytes,
      peers: { createHash: theirs * megabytes },
      ratios: { 'to createHash (≥ 0.95)': ours / theirs },
    },
    {
      name: 'SHA-256, 1 KiB at once',
      unit: 'digests/s',
      ours: single['ours'] ?? 0,
      peers: { 'crypto.hash': single['crypto.hash'] ?? 0, createHash: single['createHash'] ?? 0 },
      ratios: { 'to crypto.hash': (single['ours'] ?? 0) / (single['crypto.hash'] ?? 1) },
    },
  ]
}
