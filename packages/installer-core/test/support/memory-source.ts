import { compareVersions } from '@mothership/manifest'
import type { ArtifactRelease, ArtifactSource } from '../../src/index.ts'
import type { PublishedRelease } from './publisher.ts'

/** A source that serves real bytes from memory, in pieces. */
export interface MemorySource extends ArtifactSource {
  add(published: PublishedRelease): void
  /** How often a package was asked for. */
  downloads: number
}

export function createMemorySource(...initial: readonly PublishedRelease[]): MemorySource {
  const published: PublishedRelease[] = [...initial]
  const find = (kind: string, slug: string, version?: string): PublishedRelease => {
    const versions = published
      .filter(({ release }) => release.kind === kind && release.slug === slug)
      .filter(({ release }) => version === undefined || release.version === version)
      .sort((a, b) => compareVersions(b.release.version, a.release.version))
    const [newest] = versions
    if (newest === undefined) throw new Error(`no release of ${kind} ${slug} ${version ?? ''}`)
    return newest
  }
  const source: MemorySource = {
    downloads: 0,
    add(release) {
      published.unshift(release)
    },
    async resolve({ kind, slug, version }): Promise<ArtifactRelease> {
      return structuredClone(find(kind, slug, version).release)
    },
    async *download({ kind, slug, version }) {
      source.downloads += 1
      const { package: bytes } = find(kind, slug, version)
      const piece = 64 * 1024
      for (let start = 0; start < bytes.byteLength; start += piece) {
        yield bytes.subarray(start, start + piece)
      }
    },
  }
  return source
}
