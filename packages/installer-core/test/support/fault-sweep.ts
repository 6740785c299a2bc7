import { expect } from 'vitest'
import { createInstaller, InstallerError } from '../../src/index.ts'
import { createFaultyFileSystem, systemError } from './faulty-file-system.ts'
import { createMemorySource } from './memory-source.ts'
import { createPublisher, publish, skillFiles } from './publisher.ts'
import { createSatellite } from './satellite.ts'
import type { Satellite } from './satellite.ts'

export const sweptActions = ['install', 'update', 'uninstall'] as const
export type SweptAction = (typeof sweptActions)[number]
export const faults = ['ENOSPC', 'EIO', 'EACCES', 'EMFILE'] as const

const acme = createPublisher('acme', ['acme'])
const item = { kind: 'skill', slug: 'acme.notes' } as const
const first = await publish(acme, { ...item, version: '1.0.0', files: skillFiles('First.') })
const second = await publish(acme, { ...item, version: '2.0.0', files: skillFiles('Second.') })

/** How many calls of the file system an action makes when nothing fails. */
export async function countCalls(action: SweptAction): Promise<number> {
  const satellite = await satelliteBefore(action)
  const fs = createFaultyFileSystem(() => {})
  await run(action, createInstaller({ ...satellite.options, fs }))
  return fs.calls()
}

/** The host tree once the action went well. */
export async function treeAfter(action: SweptAction): Promise<Record<string, string>> {
  const satellite = await satelliteBefore(action)
  await run(action, satellite.installer)
  return satellite.hostTree()
}

/** Fails one call and expects: exactly old or new, as the answer says, ledger agreeing, no leftovers. */
export async function failOnce(
  action: SweptAction,
  failing: number,
  code: string,
  after: Record<string, string>,
): Promise<void> {
  const satellite = await satelliteBefore(action)
  const before = satellite.hostTree()
  const fs = createFaultyFileSystem(({ count, name, path }) => {
    if (count === failing) throw systemError(code, name, path)
  })
  const outcome = await run(action, createInstaller({ ...satellite.options, fs })).then(
    () => 'done' as const,
    (error: unknown) => error,
  )
  if (outcome !== 'done') expect(outcome).toBeInstanceOf(InstallerError)
  const untouched = outcome instanceof InstallerError && outcome.outcome === 'unchanged'
  if (untouched) expect(satellite.hostTree()).toEqual(before)
  await satellite.installer.recover()
  const ended = await expectConsistent(satellite, before, after, action)
  if (outcome === 'done') expect(ended).toBe('after')
  if (untouched) expect(ended).toBe('before')
}

/** Takes the disk away from one call on, as for a process that died, and expects recovery to end it. */
export async function loseDiskFrom(
  action: SweptAction,
  last: number,
  after: Record<string, string>,
): Promise<void> {
  const satellite = await satelliteBefore(action)
  const before = satellite.hostTree()
  const fs = createFaultyFileSystem(({ count, name, path }) => {
    if (count >= last) throw systemError('EIO', name, path)
  })
  await run(action, createInstaller({ ...satellite.options, fs })).catch(() => {})
  await satellite.installer.recover()
  const ended = await expectConsistent(satellite, before, after, action)
  if (ended === 'before') await run(action, satellite.installer)
  expect(satellite.hostTree()).toEqual(after)
}

async function satelliteBefore(action: SweptAction): Promise<Satellite> {
  const source = createMemorySource(first)
  const satellite = createSatellite(source, [acme])
  if (action !== 'install') await satellite.installer.install(item)
  if (action === 'update') source.add(second)
  return satellite
}

function run(action: SweptAction, installer: Satellite['installer']): Promise<unknown> {
  return action === 'uninstall' ? installer.uninstall(item) : installer.install(item)
}

const versions = {
  install: { before: undefined, after: '1.0.0' },
  update: { before: '1.0.0', after: '2.0.0' },
  uninstall: { before: '1.0.0', after: undefined },
}

async function expectConsistent(
  satellite: Satellite,
  before: Record<string, string>,
  after: Record<string, string>,
  action: SweptAction,
): Promise<'before' | 'after'> {
  const tree = satellite.hostTree()
  const ended = JSON.stringify(tree) === JSON.stringify(after) ? 'after' : 'before'
  expect(tree).toEqual(ended === 'after' ? after : before)
  const [record] = await satellite.installer.list()
  expect(record?.version).toBe(versions[action][ended])
  const files = satellite.stateFiles()
  expect(files.filter((path) => /^incoming\/|\.new$|\.holder$/.test(path))).toEqual([])
  expect(files.filter((path) => path.startsWith('held/'))).toHaveLength(
    record === undefined ? 0 : 2,
  )
  if (record !== undefined) {
    expect(await satellite.installer.verify(item)).toMatchObject({ intact: true })
  }
  return ended
}
