import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ArtifactRelease, ArtifactSource } from '../../src/index.ts'
import { createMemorySource } from './memory-source.ts'
import type { PublishedRelease } from './publisher.ts'

/** Writes releases where another process can serve itself from. */
export function storeReleases(directory: string, published: readonly PublishedRelease[]): void {
  mkdirSync(directory, { recursive: true })
  for (const [index, { release, package: bytes }] of published.entries()) {
    writeFileSync(join(directory, `${index}.json`), JSON.stringify(release))
    writeFileSync(join(directory, `${index}.package`), bytes)
  }
}

/** A source over what `storeReleases` wrote. */
export function createStoredSource(directory: string): ArtifactSource {
  const names = readdirSync(directory).filter((name) => name.endsWith('.json'))
  return createMemorySource(
    ...names.map((name) => {
      const path = join(directory, name)
      const release = JSON.parse(readFileSync(path, 'utf8')) as ArtifactRelease
      return { release, package: readFileSync(path.replace(/json$/, 'package')) }
    }),
  )
}
