import { describe, expect, it } from 'vitest'
import {
  canonicalize,
  createKeyring,
  createSigner,
  generateKeyPair,
  signManifest,
  verifyManifest,
  parseManifest,
} from '../index.ts'
import type { KeyRecord, UnsignedManifest } from '../index.ts'

const pair = generateKeyPair()
const key: KeyRecord = {
  key_id: pair.key_id,
  public_key: Buffer.from(pair.public_key).toString('hex'),
  author_id: 'acme',
  namespaces: ['acme'],
  valid_from: '2026-01-01T00:00:00Z',
}
const unsigned: UnsignedManifest = {
  schema_version: '1.0',
  kind: 'skill',
  slug: 'acme.review',
  name: 'Review',
  version: '1.0.0',
  author_id: 'acme',
  description: 'Reviews a change',
  permissions: ['network:api.example.org'],
  content: { instructions: 'SKILL.md' },
  package_sha256: 'a'.repeat(64),
  package_size: 10,
  tree_sha256: 'b'.repeat(64),
}

describe('verifyManifest', () => {
  it('accepts what signManifest made', async () => {
    const manifest = await signManifest(unsigned, createSigner(pair))
    const verdict = verifyManifest(canonicalize(manifest), createKeyring([key]), {
      at: '2026-02-01T00:00:00Z',
    })
    expect(verdict).toMatchObject({ valid: true })
    expect(parseManifest(JSON.stringify(manifest))).toEqual(manifest)
  })
})
