import { describe, expect, it } from 'vitest'
import { nodeFileSystem } from '../src/adapters/node-file-system.ts'
import { createInstaller } from '../src/index.ts'
import type { FileSystem } from '../src/index.ts'
import { systemError } from './support/faulty-file-system.ts'
import { createMemorySource } from './support/memory-source.ts'
import { createPublisher, publish, skillFiles } from './support/publisher.ts'
import { createSatellite } from './support/satellite.ts'
import {
  countCalls,
  failOnce,
  faults,
  loseDiskFrom,
  sweptActions,
  treeAfter,
} from './support/fault-sweep.ts'

// Every tenth call here; the long tier takes all of them, with every error.
const step = 10

describe.each(sweptActions)('a disk that fails during %s', (action) => {
  it('[TI4] [X6] ends as old or new, and the answer says which', async () => {
    const after = await treeAfter(action)
    const calls = await countCalls(action)
    expect(calls).toBeGreaterThan(40)
    let turn = 0
    for (let failing = 3; failing <= calls; failing += step) {
      await failOnce(action, failing, faults[(turn += 1) % faults.length] ?? 'EIO', after)
    }
  })

  it('[TI3] [TI7] [X6] recovers when nothing could be put back', async () => {
    const after = await treeAfter(action)
    const calls = await countCalls(action)
    for (let last = 8; last <= calls; last += step) await loseDiskFrom(action, last, after)
  })
})

describe('a decision that cannot be flushed', () => {
  it('[TI3] [X6] is taken back, also when the process dies while it puts things back', async () => {
    const acme = createPublisher('acme', ['acme'])
    const item = { kind: 'skill', slug: 'acme.notes' } as const
    const published = await publish(acme, { ...item, files: skillFiles() })
    const satellite = createSatellite(createMemorySource(published), [acme])
    let failed = false
    let dead = false
    const fs: FileSystem = {
      ...nodeFileSystem,
      async appendFile(path, bytes, options) {
        await nodeFileSystem.appendFile(path, bytes, options)
        if (!new TextDecoder().decode(bytes).includes('"committed"')) return
        failed = true // The line is there, and may or may not have reached the device.
        throw systemError('EIO', 'fdatasync', path)
      },
      async removeTree(path) {
        if (dead) throw systemError('EIO', 'rm', path)
        await nodeFileSystem.removeTree(path)
        dead = failed // Part of the leftovers is gone when the process dies.
      },
    }
    await expect(createInstaller({ ...satellite.options, fs }).install(item)).rejects.toMatchObject(
      { code: 'rollback_failed', outcome: 'unknown' },
    )
    await satellite.installer.recover()
    expect(satellite.hostTree()).toEqual({
      'plugins/': 'directory 755',
      'skills/': 'directory 755',
    })
    expect(await satellite.installer.list()).toEqual([])
  })
})

describe('a decision that was flushed', () => {
  it('[TI4] [X6] stands when the directory cannot be flushed beside it', async () => {
    const acme = createPublisher('acme', ['acme'])
    const item = { kind: 'skill', slug: 'acme.notes' } as const
    const published = await publish(acme, { ...item, files: skillFiles() })
    const satellite = createSatellite(createMemorySource(published), [acme])
    const fs: FileSystem = {
      ...nodeFileSystem,
      async sync(path) {
        if (path === satellite.skills) throw systemError('EIO', 'fsync', path)
        await nodeFileSystem.sync(path)
      },
    }
    await expect(createInstaller({ ...satellite.options, fs }).install(item)).rejects.toMatchObject(
      { code: 'unfinished', outcome: 'committed' },
    )
    await satellite.installer.recover()
    expect(await satellite.installer.verify(item)).toMatchObject({ intact: true })
    expect(await satellite.installer.list()).toHaveLength(1)
  })
})
