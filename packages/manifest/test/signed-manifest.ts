import {
  createSigner,
  type DraftOf,
  type KeyPair,
  keyPairFromSecret,
  type KeyRecord,
  type Manifest,
  signManifest,
  type UnsignedManifest,
} from '../src/index.ts'

/** A key pair that is the same in every run. */
export function fixedKeyPair(seed: number): KeyPair {
  return keyPairFromSecret(new Uint8Array(32).fill(seed))
}

export function keyRecord(pair: KeyPair, changes: Partial<KeyRecord> = {}): KeyRecord {
  return {
    key_id: pair.key_id,
    public_key: Buffer.from(pair.public_key).toString('hex'),
    author_id: 'acme',
    namespaces: ['acme'],
    valid_from: '2026-01-01T00:00:00Z',
    ...changes,
  }
}

export const binding = {
  package_sha256: 'a'.repeat(64),
  package_size: 4096,
  tree_sha256: 'b'.repeat(64),
}

/** An unsigned skill manifest, complete and small. */
export function unsignedSkill(
  changes: Partial<DraftOf<'skill'>> = {},
): UnsignedManifest & { kind: 'skill' } {
  return {
    schema_version: '1.0',
    kind: 'skill',
    slug: 'acme.review',
    name: 'Review',
    version: '1.0.0',
    author_id: 'acme',
    description: 'Reviews a change and says what to improve',
    permissions: ['network:api.example.org'],
    content: { instructions: 'SKILL.md' },
    ...changes,
    ...binding,
  }
}

export function signedSkill(
  pair: KeyPair,
  changes: Partial<DraftOf<'skill'>> = {},
): Promise<Manifest> {
  return signManifest(unsignedSkill(changes), createSigner(pair))
}
