import { createSigner, generateKeyPair, signManifest } from '@mothership/manifest'
import type {
  JsonValue,
  KeyRecord,
  Manifest,
  ManifestDraft,
  Signer,
  UnsignedManifest,
} from '@mothership/manifest'
import { packFiles } from '@mothership/manifest/archive'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ArtifactRelease } from '../../src/index.ts'

/** An author with a real key. */
export interface Publisher {
  readonly author_id: string
  readonly key: KeyRecord
  readonly signer: Signer
}

/** A signed release and its package. */
export interface PublishedRelease {
  readonly release: ArtifactRelease
  readonly package: Uint8Array
}

/** What to publish; text files, `+x` at the end of a name marks an executable. */
export interface Publication {
  readonly kind: 'skill' | 'plugin'
  readonly slug: string
  readonly version?: string
  readonly permissions?: string[]
  readonly files: Readonly<Record<string, string | Uint8Array>>
  readonly content?: Record<string, JsonValue>
  readonly terms_url?: string
  readonly approved_at?: string
}

export const approvedAt = '2026-06-01T12:00:00.000Z'

/** Makes an author whose key was registered before every release in these tests. */
export function createPublisher(authorId: string, namespaces: string[]): Publisher {
  const pair = generateKeyPair()
  return {
    author_id: authorId,
    signer: createSigner(pair),
    key: {
      key_id: pair.key_id,
      public_key: Buffer.from(pair.public_key).toString('hex'),
      author_id: authorId,
      namespaces,
      valid_from: '2026-01-01T00:00:00.000Z',
    },
  }
}

/** Packs with the real packer and signs with the real key. */
export async function publish(
  publisher: Publisher,
  publication: Publication,
): Promise<PublishedRelease> {
  const directory = await mkdtemp(join(tmpdir(), 'mothership-publish-'))
  try {
    const out = join(directory, 'package.tar.gz')
    const files = new Map(
      Object.entries(publication.files).map(([name, content]) => [
        name.replace(/\+x$/, ''),
        { bytes: Buffer.from(content), executable: name.endsWith('+x') },
      ]),
    )
    const packed = await packFiles(files, out)
    const bytes = await readFile(out)
    return { package: bytes, release: await signRelease(publisher, publication, packed) }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Signs a release over a package that was made elsewhere, hostile ones included. */
export async function signRelease(
  publisher: Publisher,
  publication: Publication,
  packed: Pick<UnsignedManifest, 'package_sha256' | 'package_size' | 'tree_sha256'> & {
    readonly files: ArtifactRelease['files']
  },
): Promise<ArtifactRelease> {
  const { kind, slug, version = '1.0.0' } = publication
  const draft = {
    schema_version: '1.0',
    kind,
    slug,
    name: slug,
    version,
    author_id: publisher.author_id,
    description: `The ${kind} ${slug}.`,
    permissions: publication.permissions ?? [],
    content: publication.content ?? (kind === 'skill' ? { instructions: 'SKILL.md' } : {}),
    ...(publication.terms_url === undefined ? {} : { terms_url: publication.terms_url }),
  } as ManifestDraft
  const { package_sha256, package_size, tree_sha256 } = packed
  const unsigned = { ...draft, package_sha256, package_size, tree_sha256 } as UnsignedManifest
  const manifest: Manifest = await signManifest(unsigned, publisher.signer)
  return {
    kind,
    slug,
    version,
    manifest: JSON.parse(JSON.stringify(manifest)) as JsonValue,
    files: packed.files,
    listing_url: `https://mothership.example/${kind}s/${slug}`,
    approved_at: publication.approved_at ?? approvedAt,
    mothership_id: 'mothership.example',
    marketplace_metadata: { rating_average: 4.5 },
  }
}

/** A small, valid skill. */
export function skillFiles(text = 'Read the notes first.'): Record<string, string> {
  return {
    'SKILL.md': `---\nname: notes\ndescription: Finds notes.\n---\n${text}\n`,
    'references/format.md': '# Format\n',
    'scripts/find.sh+x': '#!/bin/sh\nexit 0\n',
  }
}

/** A small, valid Claude plugin. */
export function pluginFiles(): Record<string, string> {
  return {
    '.claude-plugin/plugin.json': '{"name":"tools","version":"1.0.0"}\n',
    'commands/review.md': '# Review\n',
    'skills/lint/SKILL.md': '---\nname: lint\ndescription: Lints.\n---\nLint.\n',
  }
}
