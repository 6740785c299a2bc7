import type { ArtifactSource } from '@mothership/installer-core'
import {
  createSigner,
  generateKeyPair,
  parseUnsignedManifest,
  signManifest,
} from '@mothership/manifest'
import type { JsonValue } from '@mothership/manifest'

/** The attacks that `--tamper` shows. */
export const tampers = ['package', 'signature', 'permission'] as const

/** One of {@link tampers}. */
export type Tamper = (typeof tampers)[number]

/** Whether a text names an attack. */
export function isTamper(text: string): text is Tamper {
  return tampers.some((tamper) => tamper === text)
}

/**
 * The mothership's releases as a host sees them when somebody on the way changes them: `package` flips one bit of
 * the bytes, `signature` replaces the author's signature by one of a stranger's key.
 */
export function tamperWith(source: ArtifactSource, tamper: Tamper | undefined): ArtifactSource {
  if (tamper === 'package') {
    return { ...source, download: (item, options) => flipOneBit(source.download(item, options)) }
  }
  if (tamper === 'signature') {
    return {
      ...source,
      resolve: async (item, options) => {
        const release = await source.resolve(item, options)
        return { ...release, manifest: await signByStranger(release.manifest) }
      },
    }
  }
  return source
}

async function* flipOneBit(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let flipped = false
  for await (const chunk of bytes) {
    const copy = Uint8Array.from(chunk)
    const middle = copy.length >> 1
    if (!flipped && copy.length > 0) copy[middle] = (copy[middle] ?? 0) ^ 1
    flipped = true
    yield copy
  }
}

async function signByStranger(manifest: JsonValue): Promise<JsonValue> {
  const { manifest_signature: _replaced, ...unsigned } = manifest as Record<string, JsonValue>
  const stranger = createSigner(generateKeyPair())
  const signed = await signManifest(parseUnsignedManifest(unsigned), stranger)
  return JSON.parse(JSON.stringify(signed)) as JsonValue
}
