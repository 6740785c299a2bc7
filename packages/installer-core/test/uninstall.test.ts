import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createMemorySource } from './support/memory-source.ts'
import { createPublisher, pluginFiles, publish, skillFiles } from './support/publisher.ts'
import { createSatellite } from './support/satellite.ts'

const acme = createPublisher('acme', ['acme'])
const skill = { kind: 'skill', slug: 'acme.notes' } as const
const plugin = { kind: 'plugin', slug: 'acme.tools' } as const
const source = createMemorySource(
  await publish(acme, { ...skill, files: skillFiles() }),
  await publish(acme, { ...plugin, files: pluginFiles() }),
)

describe('uninstall', () => {
  it('restores a byte-identical host tree', async () => {
    const satellite = createSatellite(source, [acme])
    writeFileSync(join(satellite.skills, 'README.md'), 'mine')
    const before = satellite.hostTree()
    for (const item of [skill, plugin]) {
      await satellite.installer.install(item)
      expect(satellite.hostTree()).not.toEqual(before)
      const result = await satellite.installer.uninstall(item)
      expect(result.kept).toEqual([])
      expect(satellite.hostTree()).toEqual(before)
    }
    expect(await satellite.installer.list()).toEqual([])
  })

  it('[TI9] removes its own files only: edited and foreign ones stay', async () => {
    const satellite = createSatellite(source, [acme])
    await satellite.installer.install(skill)
    const directory = join(satellite.skills, 'notes')
    writeFileSync(join(directory, 'SKILL.md'), 'edited by its user')
    mkdirSync(join(directory, 'mine/deep'), { recursive: true })
    writeFileSync(join(directory, 'mine/deep/todo.txt'), 'later')
    symlinkSync('/etc/hostname', join(directory, 'references/link'))
    const before = satellite.hostTree()
    const result = await satellite.installer.uninstall(skill)
    expect([...result.kept].sort()).toEqual(['SKILL.md', 'mine', 'references/link'])
    const after = satellite.hostTree()
    expect(Object.keys(after)).toEqual([
      'plugins/',
      'skills/',
      'skills/notes/',
      'skills/notes/SKILL.md',
      'skills/notes/mine/',
      'skills/notes/mine/deep/',
      'skills/notes/mine/deep/todo.txt',
      'skills/notes/references/',
      'skills/notes/references/link',
    ])
    for (const [path, entry] of Object.entries(after)) expect(entry).toBe(before[path])
  })

  it('copes with a tree its user removed', async () => {
    const satellite = createSatellite(source, [acme])
    await satellite.installer.install(skill)
    rmSync(join(satellite.skills, 'notes'), { recursive: true })
    await satellite.installer.uninstall(skill)
    expect(await satellite.installer.list()).toEqual([])
  })

  it('says when there is nothing to take out', async () => {
    const satellite = createSatellite(source, [acme])
    await expect(satellite.installer.uninstall(skill)).rejects.toMatchObject({
      code: 'not_installed',
    })
  })
})

describe('verify', () => {
  it('[X4] finds edited, missing and foreign files, offline', async () => {
    const satellite = createSatellite(source, [acme])
    await satellite.installer.install(skill)
    expect(await satellite.installer.verify(skill)).toMatchObject({ intact: true })
    const directory = join(satellite.skills, 'notes')
    writeFileSync(join(directory, 'references/format.md'), '# Formal\n')
    rmSync(join(directory, 'scripts/find.sh'))
    writeFileSync(join(directory, 'extra.md'), 'extra')
    expect(await satellite.installer.verify(skill)).toMatchObject({
      intact: false,
      edited: ['references/format.md'],
      missing: ['scripts/find.sh'],
      foreign: ['extra.md'],
    })
  })

  it('[X4] is not deceived by a link in place of a file', async () => {
    const satellite = createSatellite(source, [acme])
    await satellite.installer.install(skill)
    const file = join(satellite.skills, 'notes/SKILL.md')
    const copy = join(satellite.root, 'copy.md')
    writeFileSync(copy, skillFiles()['SKILL.md'] ?? '')
    rmSync(file)
    symlinkSync(copy, file)
    expect(await satellite.installer.verify(skill)).toMatchObject({ edited: ['SKILL.md'] })
  })
})
