import {
  canonicalize,
  createKeyring,
  ed25519,
  encodeDsse,
  payloadTypes,
  verifyManifest,
} from '@mothership/manifest'
import { signedManifest } from './manifest-documents.ts'
import { type BenchResult, measureRates } from './measure.ts'

/** Bytes to verdict (parse, canonical form, schema, key, signature) beside the signature check alone. */
export default async function (): Promise<BenchResult[]> {
  const { manifest, pair, key } = await signedManifest()
  const { manifest_signature: signature, ...rest } = manifest
  const canonical = canonicalize(manifest)
  const indented = new TextEncoder().encode(JSON.stringify(manifest, null, 2))
  const keyring = createKeyring([key])
  const message = encodeDsse(payloadTypes.manifest, canonicalize(rest))
  const sig = new Uint8Array(Buffer.from(signature.sig, 'base64url'))
  const at = new Date('2026-06-01T00:00:00Z')
  if (!verifyManifest(canonical, keyring, { at }).valid)
    throw new Error('the example does not verify')
  const rates = await measureRates(
    {
      ours: () => verifyManifest(canonical, keyring, { at }),
      indented: () => verifyManifest(indented, keyring, { at }),
      'verify alone': () => ed25519.verify(sig, message, pair.public_key),
    },
    { rounds: 25 },
  )
  const { ours = 0, indented: spaced = 0, 'verify alone': alone = 0 } = rates
  return [
    {
      name: `parse, validate and verify a manifest of ${canonical.length} bytes`,
      unit: 'manifests/s',
      ours,
      peers: { 'verify alone': alone, 'ours, indented text': spaced },
      ratios: {
        'time to verify alone (≤ 1.25)': alone / ours,
        'indented, time to verify alone': alone / spaced,
      },
    },
  ]
}
