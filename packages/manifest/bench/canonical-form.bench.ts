import { canonicalize, sha256 } from '@mothership/manifest'
import peerCanonicalize from 'canonicalize'
import { createHash } from 'node:crypto'
import { largeDocument, signedManifest } from './manifest-documents.ts'
import { type BenchResult, measureRates } from './measure.ts'

/** RFC 8785 and a SHA-256 of it, beside the common library and JSON.stringify (which sorts and checks nothing). */
export default async function (): Promise<BenchResult[]> {
  const { manifest } = await signedManifest()
  const results: BenchResult[] = []
  for (const [size, value] of [
    ['2 KiB', manifest],
    ['200 KiB', largeDocument()],
  ] as const) {
    const rates = await measureRates({
      ours: () => sha256(canonicalize(value)),
      canonicalize: () =>
        createHash('sha256')
          .update(peerCanonicalize(value) ?? '')
          .digest('hex'),
      'JSON.stringify': () => createHash('sha256').update(JSON.stringify(value)).digest('hex'),
    })
    const { ours = 0, canonicalize: peer = 0, 'JSON.stringify': stringify = 0 } = rates
    results.push({
      name: `canonical form and hash, ${size}`,
      unit: 'documents/s',
      ours,
      peers: { canonicalize: peer, 'JSON.stringify': stringify },
      ratios: { 'to canonicalize (≥ 1.7)': ours / peer, 'to JSON.stringify': ours / stringify },
    })
  }
  return results
}
