import { join } from 'node:path'
import { expect } from 'vitest'
import { createInstaller } from '../../src/index.ts'
import { createFaultyFileSystem } from './faulty-file-system.ts'
import { createMemorySource } from './memory-source.ts'
import { createPublisher, publish, skillFiles } from './publisher.ts'
import { runChild } from './run-child.ts'
import type { ChildTask } from './run-child.ts'
import { createSatellite } from './satellite.ts'
import type { Satellite } from './satellite.ts'
import { storeReleases } from './stored-source.ts'

export const killedActions = ['install', 'update', 'uninstall'] as const
export type KilledAction = (typeof killedActions)[number]

const acme = createPublisher('acme', ['acme'])
const item = { kind: 'skill', slug: 'acme.notes' } as const
const first = await publish(acme, { ...item, version: '1.0.0', files: skillFiles('First.') })
const second = await publish(acme, { ...item, version: '2.0.0', files: skillFiles('Second.') })

/** How many calls of the file system an action makes in a process of its own. */
export async function countCallsOfChild(action: KilledAction): Promise<number> {
  const { task } = await prepare(action)
  const { answer, errors } = await runChild(task)
  expect(errors).toBe('')
  return answer?.calls ?? 0
}

/** How many calls an action makes, counted in this process: the same, without the start of another. */
export async function countCallsHere(action: KilledAction): Promise<number> {
  const { satellite, task } = await prepare(action)
  const fs = createFaultyFileSystem(() => {})
  const installer = createInstaller({ ...satellite.options, fs })
  await (action === 'uninstall' ? installer.uninstall(item) : installer.install(task.item))
  return fs.calls()
}

/** Kills the process before one call and expects the next start to end it: exactly old or new. */
export async function killAt(action: KilledAction, call: number): Promise<void> {
  const { satellite, task } = await prepare(action)
  const before = satellite.hostTree()
  const killed = await runChild({ ...task, killAt: call })
  expect(killed.signal).toBe('SIGKILL')
  await satellite.installer.recover()
  const after = await expectedAfter(action)
  const tree = satellite.hostTree()
  const done = JSON.stringify(tree) === JSON.stringify(after)
  expect(tree).toEqual(done ? after : before)
  const [record] = await satellite.installer.list()
  const versions = {
    install: [undefined, '1.0.0'],
    update: ['1.0.0', '2.0.0'],
    uninstall: ['1.0.0', undefined],
  }
  expect(record?.version).toBe(versions[action][done ? 1 : 0])
  const left = satellite
    .stateFiles()
    .filter((path) => /^(incoming|journal)\/|\.new$|\.holder$/.test(path))
  expect(left).toEqual([])
  if (record !== undefined) {
    expect(await satellite.installer.verify(item)).toMatchObject({ intact: true })
  }
  if (!done) {
    await (action === 'uninstall'
      ? satellite.installer.uninstall(item)
      : satellite.installer.install(task.item))
    expect(satellite.hostTree()).toEqual(after)
  }
}

async function expectedAfter(action: KilledAction): Promise<Record<string, string>> {
  const satellite = createSatellite(createMemorySource(first, second), [acme])
  const version = action === 'update' ? '2.0.0' : '1.0.0'
  if (action !== 'uninstall') await satellite.installer.install({ ...item, version })
  return satellite.hostTree()
}

async function prepare(
  action: KilledAction,
): Promise<{ readonly satellite: Satellite; readonly task: ChildTask }> {
  const satellite = createSatellite(createMemorySource(first, second), [acme])
  const releases = join(satellite.root, 'releases')
  storeReleases(releases, [first, second])
  if (action !== 'install') await satellite.installer.install({ ...item, version: '1.0.0' })
  const version = action === 'install' ? '1.0.0' : '2.0.0'
  const task: ChildTask = {
    state: satellite.state,
    targets: satellite.options.targets,
    releases,
    keys: [acme.key],
    item: action === 'uninstall' ? item : { ...item, version },
    action: action === 'uninstall' ? 'uninstall' : 'install',
  }
  return { satellite, task }
}
