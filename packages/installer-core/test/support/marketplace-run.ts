import { formats, signManifest } from '@mothership/manifest'
import type { JsonValue, ManifestDraft, UnsignedManifest } from '@mothership/manifest'
import { packFiles, readArchive } from '@mothership/manifest/archive'
import type { FileMap } from '@mothership/manifest/archive'
import { readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createInstaller } from '../../src/index.ts'
import { createMemorySource } from './memory-source.ts'
import { createPublisher, approvedAt } from './publisher.ts'
import type { Publisher, PublishedRelease } from './publisher.ts'
import { createSatellite, temporaryDirectory } from './satellite.ts'

/** Real marketplaces beside the repository; tests that need them are skipped where they are not. */
export const marketplaces: string = join(
  import.meta.dirname,
  '../../../../../shared/data/marketplaces',
)
export const haveMarketplaces: boolean = existsSync(marketplaces)

const namespace = 'market'
const limits = { packed_bytes: 2 ** 28, unpacked_bytes: 2 ** 29, entries: 100_000 }

/** Takes everything of a marketplace that can be packed through install, verify, update to itself and uninstall. */
export async function runMarketplace(
  file: string,
): Promise<{ readonly plugins: number; readonly skills: number }> {
  const { contents } = await readArchive(join(marketplaces, file), { limits })
  const publisher = createPublisher('market', [namespace])
  const counts = { plugins: 0, skills: 0 }
  const read = { namespace, author_id: publisher.author_id }
  const { plugins } = formats.claudeMarketplace.read(contents, read)
  for (const plugin of plugins.filter(({ local }) => local)) {
    if (await walk(publisher, plugin.draft, plugin.files)) counts.plugins += 1
  }
  for (const skill of formats.skillMd.find(contents)) {
    const directory = skill.directory.split('/').at(-1) ?? 'skill'
    const { draft, files } = formats.skillMd.read(skill.files, { ...read, directory })
    if (await walk(publisher, draft, files)) counts.skills += 1
  }
  return counts
}

async function walk(publisher: Publisher, draft: ManifestDraft, files: FileMap): Promise<boolean> {
  const published = await publishDraft(publisher, draft, files)
  if (published === undefined) return false
  const { kind, slug, version } = published.release
  const item = { kind, slug }
  const satellite = createSatellite(createMemorySource(published), [publisher])
  const installer = createInstaller({
    ...satellite.options,
    targets: {
      skill: { directory: satellite.skills, layout: 'slug' },
      plugin: {
        directory: satellite.plugins,
        layout: 'slug',
        mcpConfigs: [{ file: join(satellite.root, 'host/mcp.json'), format: 'json' }],
      },
    },
  })
  const before = satellite.hostTree()
  expect((await installer.install(item)).outcome, slug).toBe('installed')
  expect(await installer.verify(item), slug).toMatchObject({ intact: true, version })
  expect((await installer.update(item)).outcome, slug).toBe('unchanged')
  expect((await installer.uninstall(item)).kept, slug).toEqual([])
  expect(satellite.hostTree(), slug).toEqual(before)
  return true
}

/** What cannot be packed or signed is no release; that is the publisher's side. */
async function publishDraft(
  publisher: Publisher,
  draft: ManifestDraft,
  files: FileMap,
): Promise<PublishedRelease | undefined> {
  if (files.size === 0) return undefined
  const archive = join(temporaryDirectory(), 'package.tar.gz')
  try {
    const packed = await packFiles(files, archive)
    const { package_sha256, package_size, tree_sha256 } = packed
    const unsigned = { ...draft, package_sha256, package_size, tree_sha256 } as UnsignedManifest
    const manifest = await signManifest(unsigned, publisher.signer)
    const { kind, slug, version } = manifest
    return {
      package: await readFile(archive),
      release: {
        kind,
        slug,
        version,
        manifest: structuredClone(manifest) as unknown as JsonValue,
        files: packed.files,
        listing_url: `https://mothership.example/${slug}`,
        approved_at: approvedAt,
      },
    }
  } catch (error) {
    if (error instanceof Error && /^(ManifestError|ArchiveError)$/.test(error.name))
      return undefined
    throw error
  }
}
