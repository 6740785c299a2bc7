import {
  createSigner,
  generateKeyPair,
  type KeyPair,
  type KeyRecord,
  type Manifest,
  signManifest,
} from '@mothership/manifest'

/** A signed plugin manifest of about 2 KiB, as a publisher's usually is. */
export async function signedManifest(): Promise<{
  manifest: Manifest
  pair: KeyPair
  key: KeyRecord
}> {
  const pair = generateKeyPair()
  const manifest = await signManifest(
    {
      schema_version: '1.0',
      kind: 'plugin',
      slug: 'acme.review-tools',
      name: 'Review tools',
      version: '2.4.1',
      author_id: 'acme',
      description:
        'Reviews pull requests for security, style and tests, and writes the comments a careful colleague would.',
      long_description:
        'Reads the change, the files around it and the conventions of the repository. '.repeat(6),
      license: 'Apache-2.0',
      permissions: [
        'env:GITHUB_TOKEN',
        'exec:node',
        'hook:PostToolUse',
        'mcp:github',
        'network:api.github.com',
      ],
      dependencies: { 'skill:acme.git-basics': '^1.2.0' },
      metadata: {
        category: 'development',
        tags: ['review', 'security', 'quality', 'pull-request'],
        examples: ['Review my last commit', 'Is this change safe to merge?'],
        homepage: 'https://acme.example/review',
      },
      content: {
        skills: [
          { name: 'review', path: 'skills/review/SKILL.md', description: 'Reviews a change' },
          {
            name: 'threats',
            path: 'skills/threats/SKILL.md',
            description: 'Looks for what could be attacked',
          },
        ],
        commands: [{ name: 'review', path: 'commands/review.md' }],
        hooks: [{ event: 'PostToolUse', type: 'command', command: 'node hooks/after.js' }],
        mcp_servers: [{ name: 'github', type: 'http', url: 'https://api.github.com/mcp' }],
      },
      package_sha256: 'a'.repeat(64),
      package_size: 40_960,
      tree_sha256: 'b'.repeat(64),
    },
    createSigner(pair),
  )
  const key = {
    key_id: pair.key_id,
    public_key: Buffer.from(pair.public_key).toString('hex'),
    author_id: 'acme',
    namespaces: ['acme'],
    valid_from: '2026-01-01T00:00:00Z',
  }
  return { manifest, pair, key }
}

/** A document of about 200 KiB: many entries of mixed values. */
export function largeDocument(): Record<string, unknown> {
  const items = Array.from({ length: 520 }, (_, index) => ({
    version: `1.${index}.0`,
    slug: `acme.item-${index}`,
    name: `Item number ${index}`,
    description: 'Reads the change, the files around it, and "the conventions" of the repository.',
    size: index * 1017,
    ratio: index / 7,
    tags: ['review', 'security', `topic-${index % 13}`],
    executable: index % 2 === 0,
    sha256: 'c'.repeat(64),
  }))
  return { schema_version: '1.0', items }
}
