import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { countCallsHere, killAt, killedActions } from './support/kill-sweep.ts'
import { createMemorySource } from './support/memory-source.ts'
import { createPublisher, publish, skillFiles } from './support/publisher.ts'
import { runChild } from './support/run-child.ts'
import { createSatellite } from './support/satellite.ts'
import { storeReleases } from './support/stored-source.ts'

// Every tenth call here, which ones by the seed: `MOTHERSHIP_TEST_SEED=0` to `9` are all. The long tier takes all at once.
const step = 10
const seed = Number(process.env['MOTHERSHIP_TEST_SEED'] ?? 0)

describe('a process killed with -9', () => {
  it.each(killedActions)('[TI3] [X6] leaves an %s that the next start ends', async (action) => {
    const calls = await countCallsHere(action)
    for (let call = 1 + (seed % step); call <= calls; call += 2 * step) {
      const pair = [call, call + step].filter((place) => place <= calls)
      await Promise.all(pair.map((place) => killAt(action, place)))
    }
  })
})

describe('eight processes at once', () => {
  const acme = createPublisher('acme', ['acme'])
  const names = Array.from({ length: 8 }, (_, index) => `acme.notes-${index}`)

  it('[TI5] install one item once, and everybody gets a clear answer', async () => {
    const item = { kind: 'skill', slug: 'acme.notes-0' } as const
    const published = await publish(acme, { ...item, files: skillFiles() })
    const satellite = createSatellite(createMemorySource(published), [acme])
    const releases = join(satellite.root, 'releases')
    storeReleases(releases, [published])
    const { state } = satellite
    const { targets } = satellite.options
    const task = { state, targets, releases, keys: [acme.key], item, action: 'install' } as const
    const results = await Promise.all(names.map(() => runChild(task)))
    const said = results.map(({ answer }) => answer?.said)
    expect(said.filter((text) => text === 'installed')).toHaveLength(1)
    for (const text of said) expect(['installed', 'unchanged', 'busy']).toContain(text)
    expect(await satellite.installer.verify(item)).toMatchObject({ intact: true })
    expect(await satellite.installer.list()).toHaveLength(1)
  })

  it('[TI5] install different items side by side', async () => {
    const published = await Promise.all(
      names.map((slug) => publish(acme, { kind: 'skill', slug, files: skillFiles(slug) })),
    )
    const satellite = createSatellite(createMemorySource(...published), [acme])
    const releases = join(satellite.root, 'releases')
    storeReleases(releases, published)
    const results = await Promise.all(
      names.map((slug) =>
        runChild({
          state: satellite.state,
          targets: satellite.options.targets,
          releases,
          keys: [acme.key],
          item: { kind: 'skill', slug },
          action: 'install',
        }),
      ),
    )
    expect(results.map(({ answer }) => answer?.said)).toEqual(names.map(() => 'installed'))
    expect(await satellite.installer.list()).toHaveLength(names.length)
  })
})
