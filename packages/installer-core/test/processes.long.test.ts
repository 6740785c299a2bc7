import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { countCallsOfChild, killAt, killedActions } from './support/kill-sweep.ts'
import { createMemorySource } from './support/memory-source.ts'
import { createPublisher, pluginFiles, publish } from './support/publisher.ts'
import { runChild } from './support/run-child.ts'
import { createSatellite } from './support/satellite.ts'
import { storeReleases } from './support/stored-source.ts'

describe('a process killed with -9', () => {
  it('[TI3] [X6] leaves, at every call of each action, what the next start ends: at least 200 places', async () => {
    let places = 0
    for (const action of killedActions) {
      const calls = await countCallsOfChild(action)
      for (let call = 1; call <= calls; call += 2) {
        const pair = [call, call + 1].filter((place) => place <= calls)
        await Promise.all(pair.map((place) => killAt(action, place)))
      }
      places += calls
    }
    expect(places).toBeGreaterThanOrEqual(200)
  })
})

describe('fifty processes at once', () => {
  const acme = createPublisher('acme', ['acme'])
  const names = Array.from({ length: 50 }, (_, index) => `acme.tools-${index}`)

  async function race(slugs: readonly string[]) {
    const published = await Promise.all(
      [...new Set(slugs)].map((slug) =>
        publish(acme, {
          kind: 'plugin',
          slug,
          permissions: ['mcp:search', 'exec:node'],
          content: { mcp_servers: [{ name: 'search', type: 'stdio', command: 'node' }] },
          files: pluginFiles(),
        }),
      ),
    )
    const satellite = createSatellite(createMemorySource(...published), [acme])
    const host = join(satellite.root, 'host')
    mkdirSync(host, { recursive: true })
    const config = join(host, 'mcp.json')
    const targets = {
      plugin: {
        directory: satellite.plugins,
        mcpConfigs: [{ file: config, format: 'json' as const }],
      },
    }
    const releases = join(satellite.root, 'releases')
    storeReleases(releases, published)
    const results = await Promise.all(
      slugs.map((slug) =>
        runChild({
          state: satellite.state,
          targets,
          releases,
          keys: [acme.key],
          item: { kind: 'plugin', slug },
          action: 'install',
        }),
      ),
    )
    const servers = (JSON.parse(readFileSync(config, 'utf8')) as { mcpServers: object }).mcpServers
    return { satellite, said: results.map(({ answer, errors }) => answer?.said ?? errors), servers }
  }

  it('[TI5] install one item once; 49 get a clear answer', async () => {
    const { satellite, said, servers } = await race(names.map(() => 'acme.tools-0'))
    expect(said.filter((text) => text === 'installed')).toHaveLength(1)
    for (const text of said) expect(['installed', 'unchanged', 'busy']).toContain(text)
    expect(
      await satellite.installer.verify({ kind: 'plugin', slug: 'acme.tools-0' }),
    ).toMatchObject({ missing: [], edited: [] })
    expect(Object.keys(servers)).toHaveLength(1)
  })

  it('[TI5] install fifty different items, all of them into one host configuration', async () => {
    const { satellite, said, servers } = await race(names)
    expect(said).toEqual(names.map(() => 'installed'))
    expect(await satellite.installer.list()).toHaveLength(names.length)
    expect(Object.keys(servers)).toHaveLength(names.length)
  })
})
