import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createInstaller } from '../src/index.ts'
import type { KindAdapter } from '../src/index.ts'
import { createMemorySource } from './support/memory-source.ts'
import { createPublisher, pluginFiles, publish, skillFiles } from './support/publisher.ts'
import { createSatellite } from './support/satellite.ts'

const acme = createPublisher('acme', ['acme'])
const skill = { kind: 'skill', slug: 'acme.notes' } as const
const plugin = { kind: 'plugin', slug: 'acme.tools' } as const
const v1 = await publish(acme, { ...skill, permissions: ['fs:tmp'], files: skillFiles('One.') })
const tools = await publish(acme, { ...plugin, files: pluginFiles() })

async function version(number: string, permissions: string[] = ['fs:tmp']) {
  return publish(acme, { ...skill, version: number, permissions, files: skillFiles(number) })
}

describe('installAll', () => {
  it('installs several items as one', async () => {
    const satellite = createSatellite(createMemorySource(v1, tools), [acme])
    const results = await satellite.installer.installAll([skill, plugin])
    expect(results.map(({ outcome }) => outcome)).toEqual(['installed', 'installed'])
    expect((await satellite.installer.list()).map(({ slug }) => slug)).toEqual([
      'acme.tools',
      'acme.notes',
    ])
  })

  it('installs none when one is refused, also when others were prepared', async () => {
    const tampered = { ...tools, package: Uint8Array.from(tools.package).fill(0, 30, 31) }
    const satellite = createSatellite(createMemorySource(v1, tampered), [acme])
    const before = satellite.hostTree()
    await expect(satellite.installer.installAll([skill, plugin])).rejects.toMatchObject({
      code: 'package_mismatch',
    })
    expect(satellite.hostTree()).toEqual(before)
    expect(await satellite.installer.list()).toEqual([])
  })

  it('refuses two items that want the same directory', async () => {
    const other = createPublisher('other', ['other'])
    const twin = await publish(other, { kind: 'skill', slug: 'other.notes', files: skillFiles() })
    const satellite = createSatellite(createMemorySource(v1, twin), [acme, other])
    const before = satellite.hostTree()
    await expect(
      satellite.installer.installAll([skill, { kind: 'skill', slug: 'other.notes' }]),
    ).rejects.toMatchObject({ rule: 'target.one_item_each' })
    expect(satellite.hostTree()).toEqual(before)
    const bySlug = createInstaller({
      ...satellite.options,
      targets: { skill: { directory: satellite.skills, layout: 'slug' } },
    })
    await bySlug.installAll([skill, { kind: 'skill', slug: 'other.notes' }])
    expect(existsSync(join(satellite.skills, 'other.notes/SKILL.md'))).toBe(true)
  })
})

describe('update', () => {
  it('brings an item to the newest version and says what was there', async () => {
    const source = createMemorySource(v1)
    const satellite = createSatellite(source, [acme])
    await satellite.installer.install(skill)
    expect(await satellite.installer.update(skill)).toMatchObject({ outcome: 'unchanged' })
    source.add(await version('1.2.0'))
    const [found] = await satellite.installer.findUpdates()
    expect(found).toMatchObject({ is_update_available: true, latest_version: '1.2.0' })
    expect((await satellite.installer.list())[0]).toMatchObject({ is_update_available: true })
    const result = await satellite.installer.update(skill)
    expect(result).toMatchObject({ outcome: 'updated', record: { version: '1.2.0' } })
    expect((await satellite.installer.list())[0]).toMatchObject({ is_update_available: false })
  })

  it('[TI8] [X5] holds an update that asks for more until the host approves', async () => {
    const source = createMemorySource(v1)
    let approves = true
    const satellite = createSatellite(source, [acme], {
      approve: async () => ({ approved: approves }),
    })
    await satellite.installer.install(skill)
    const before = satellite.hostTree()
    source.add(await version('1.1.0', ['fs:tmp', 'network:api.example.com']))
    approves = false
    await expect(satellite.installer.update(skill)).rejects.toMatchObject({
      code: 'approval_refused',
      rule: 'approval.added_permissions',
    })
    expect(satellite.hostTree()).toEqual(before)
    expect((await satellite.installer.list())[0]).toMatchObject({ version: '1.0.0' })
    approves = true
    expect(await satellite.installer.update(skill)).toMatchObject({ outcome: 'updated' })
  })

  it('[TI8] shows widened permissions as such, and asks for nothing when there are fewer', async () => {
    const source = createMemorySource(await version('1.0.0', ['network:api.example.com', 'fs:tmp']))
    const satellite = createSatellite(source, [acme])
    await satellite.installer.install(skill)
    source.add(await version('1.1.0', ['network', 'fs:tmp']))
    await satellite.installer.update(skill)
    expect(satellite.asked[1]?.diff.widened).toEqual([
      { from: 'network:api.example.com', to: 'network' },
    ])
    source.add(await version('1.2.0', ['fs:tmp']))
    await satellite.installer.update(skill)
    expect(satellite.asked).toHaveLength(2)
    expect((await satellite.installer.list())[0]?.permissions).toEqual(['fs:tmp'])
  })

  it('offers a new major version, and takes it only when asked', async () => {
    const source = createMemorySource(v1)
    const satellite = createSatellite(source, [acme])
    await satellite.installer.install(skill)
    source.add(await version('2.0.0'))
    expect(await satellite.installer.update(skill)).toMatchObject({
      outcome: 'offered',
      latest_version: '2.0.0',
      record: { version: '1.0.0', is_update_available: true },
    })
    expect(await satellite.installer.update(skill, { allowMajor: true })).toMatchObject({
      outcome: 'updated',
    })
  })

  it('[TC11] takes updates only from the mothership an item came from', async () => {
    const source = createMemorySource(v1)
    const satellite = createSatellite(source, [acme])
    await satellite.installer.install(skill)
    const next = await version('1.1.0')
    source.add({ ...next, release: { ...next.release, mothership_id: 'elsewhere.example' } })
    await expect(satellite.installer.update(skill)).rejects.toMatchObject({
      rule: 'release.same_mothership',
    })
  })

  it("keeps its user's files: foreign ones in place, edited ones in the backups", async () => {
    const source = createMemorySource(v1)
    const satellite = createSatellite(source, [acme])
    await satellite.installer.install(skill)
    const directory = join(satellite.skills, 'notes')
    writeFileSync(join(directory, 'mine.md'), 'mine')
    writeFileSync(join(directory, 'SKILL.md'), 'edited')
    source.add(await version('1.1.0'))
    const { kept } = await satellite.installer.update(skill)
    expect(kept.map(({ path }) => path)).toEqual(['mine.md', 'SKILL.md'])
    expect(readFileSync(join(directory, 'mine.md'), 'utf8')).toBe('mine')
    expect(readFileSync(join(directory, 'SKILL.md'), 'utf8')).toContain('1.1.0')
    expect(readFileSync(kept[1]?.kept_as ?? '', 'utf8')).toBe('edited')
  })

  it('moves an item whose target was configured anew', async () => {
    const source = createMemorySource(v1)
    const satellite = createSatellite(source, [acme])
    await satellite.installer.install(skill)
    source.add(await version('1.1.0'))
    const elsewhere = join(satellite.root, 'elsewhere')
    const moved = createInstaller({ ...satellite.options, targets: { skill: elsewhere } })
    await moved.update(skill)
    expect(existsSync(join(elsewhere, 'notes/SKILL.md'))).toBe(true)
    expect(Object.keys(satellite.hostTree())).toEqual(['plugins/', 'skills/'])
  })
})

describe('repair', () => {
  it('[X4] restores missing and edited files from the held package, offline', async () => {
    const source = createMemorySource(v1)
    const satellite = createSatellite(source, [acme])
    await satellite.installer.install(skill)
    const before = satellite.hostTree()
    const directory = join(satellite.skills, 'notes')
    rmSync(join(directory, 'scripts'), { recursive: true })
    writeFileSync(join(directory, 'SKILL.md'), 'edited')
    const result = await satellite.installer.repair(skill)
    expect(result).toMatchObject({
      outcome: 'repaired',
      restored: ['scripts/find.sh', 'SKILL.md'],
    })
    expect(readFileSync(result.kept[0]?.kept_as ?? '', 'utf8')).toBe('edited')
    expect(satellite.hostTree()).toEqual(before)
    expect(source.downloads).toBe(1)
    expect(await satellite.installer.repair(skill)).toMatchObject({ outcome: 'intact' })
  })

  it('[X4] fetches the package again when the held one is damaged', async () => {
    const source = createMemorySource(v1)
    const satellite = createSatellite(source, [acme])
    await satellite.installer.install(skill)
    const held = satellite.stateFiles().find((path) => path.endsWith('.package')) ?? ''
    truncateSync(join(satellite.state, held), 10)
    rmSync(join(satellite.skills, 'notes'), { recursive: true })
    expect(await satellite.installer.repair(skill)).toMatchObject({ outcome: 'repaired' })
    expect(source.downloads).toBe(2)
    expect(await satellite.installer.verify(skill)).toMatchObject({ intact: true })
    expect(await satellite.installer.repair(skill)).toMatchObject({ outcome: 'intact' })
  })
})

describe('disable and enable', () => {
  it('takes an item out of sight and back, byte for byte', async () => {
    const source = createMemorySource(v1)
    const satellite = createSatellite(source, [acme])
    await satellite.installer.install(skill)
    const before = satellite.hostTree()
    expect(await satellite.installer.disable(skill)).toMatchObject({ enabled: false })
    expect(existsSync(join(satellite.skills, 'notes'))).toBe(false)
    expect(await satellite.installer.verify(skill)).toMatchObject({ intact: true })
    source.add(await version('1.1.0'))
    expect(await satellite.installer.update(skill)).toMatchObject({ record: { enabled: false } })
    expect(existsSync(join(satellite.skills, 'notes'))).toBe(false)
    await satellite.installer.update({ ...skill, version: '1.0.0' }, { allowDowngrade: true })
    await satellite.installer.enable(skill)
    expect(satellite.hostTree()).toEqual(before)
    await satellite.installer.disable(skill)
    await satellite.installer.uninstall(skill)
    expect(Object.keys(satellite.hostTree())).toEqual(['plugins/', 'skills/'])
  })
})

describe('an adapter of a host', () => {
  function hostAdapter(
    file: string,
    registry: Set<string>,
    fails: () => string | undefined,
  ): KindAdapter {
    return {
      kind: 'skill',
      async plan(item) {
        return { edits: [{ file, edit: (text) => `${text ?? ''}${item.manifest.slug}\n` }] }
      },
      async planRemoval(item) {
        return { edits: [{ file, edit: (text) => text?.replace(`${item.manifest.slug}\n`, '') }] }
      },
      async apply(item) {
        registry.add(item.manifest.version)
        if (fails() === 'apply') throw new Error('the host is full')
      },
      async revert(item) {
        if (fails() === 'revert') throw new Error('the host is gone')
        registry.delete(item.manifest.version)
      },
    }
  }

  it('[TI6] that fails after activation leaves nothing: tree, registry and host files are as before', async () => {
    const source = createMemorySource(v1)
    const registry = new Set<string>()
    let failing: string | undefined
    const satellite = createSatellite(source, [acme])
    const file = join(satellite.root, 'host/config.txt')
    writeFileSync(file, 'mine\n')
    const installer = createInstaller({
      ...satellite.options,
      adapters: { skill: hostAdapter(file, registry, () => failing) },
    })
    const before = satellite.hostTree()
    failing = 'apply'
    await expect(installer.install(skill)).rejects.toMatchObject({
      code: 'adapter_failed',
      stage: 'commit',
      outcome: 'unchanged',
    })
    expect(satellite.hostTree()).toEqual(before)
    expect([...registry]).toEqual([])
    failing = undefined
    await installer.install(skill)
    expect(readFileSync(file, 'utf8')).toBe('mine\nacme.notes\n')
    const installed = satellite.hostTree()
    source.add(await version('1.1.0'))
    let broken = true
    const flaky = createInstaller({
      ...satellite.options,
      adapters: {
        skill: hostAdapter(file, registry, () =>
          broken && registry.has('1.1.0') ? 'apply' : undefined,
        ),
      },
    })
    await expect(flaky.update(skill)).rejects.toMatchObject({ code: 'adapter_failed' })
    expect(satellite.hostTree()).toEqual(installed)
    expect([...registry]).toEqual(['1.0.0'])
    broken = false
    await flaky.update(skill)
    await flaky.uninstall(skill)
    expect(satellite.hostTree()).toEqual(before)
    expect([...registry]).toEqual([])
  })

  it('[TI7] whose rollback fails too says so, and a retry heals it', async () => {
    const registry = new Set<string>()
    let failing: string | undefined = 'apply'
    const satellite = createSatellite(createMemorySource(v1), [acme])
    const file = join(satellite.root, 'host/config.txt')
    writeFileSync(file, 'mine\n')
    const before = satellite.hostTree()
    const installer = createInstaller({
      ...satellite.options,
      adapters: {
        skill: hostAdapter(file, registry, () => {
          const now = failing
          if (failing === 'apply') failing = 'revert'
          return now
        }),
      },
    })
    await expect(installer.install(skill)).rejects.toMatchObject({
      code: 'rollback_failed',
      outcome: 'unknown',
    })
    failing = undefined
    expect((await installer.recover()).operations).toMatchObject([{ outcome: 'undone' }])
    expect(satellite.hostTree()).toEqual(before)
    expect([...registry]).toEqual([])
    await installer.install(skill)
    expect([...registry]).toEqual(['1.0.0'])
  })

  it('[TI10] never overwrites what somebody edited between reading and replacing', async () => {
    const satellite = createSatellite(createMemorySource(v1), [acme])
    const file = join(satellite.root, 'host/config.txt')
    writeFileSync(file, 'mine\n')
    const installer = createInstaller({
      ...satellite.options,
      onProgress: () => {},
      ledger: undefined,
      adapters: {
        skill: {
          kind: 'skill',
          plan: async () => ({
            edits: [
              {
                file,
                edit: (text) => {
                  writeFileSync(file, 'edited meanwhile\n')
                  return `${text ?? ''}entry\n`
                },
              },
            ],
          }),
          planRemoval: async () => ({ edits: [] }),
        },
      },
    })
    await expect(installer.install(skill)).rejects.toMatchObject({ rule: 'host_config.unchanged' })
    expect(readFileSync(file, 'utf8')).toBe('edited meanwhile\n')
    expect(existsSync(join(satellite.skills, 'notes'))).toBe(false)
  })
})

describe('recover', () => {
  it('flushes what was installed, then has nothing left to do', async () => {
    const satellite = createSatellite(createMemorySource(v1), [acme])
    await satellite.installer.install(skill)
    expect(satellite.stateFiles().filter((path) => path.startsWith('journal/'))).toHaveLength(1)
    await satellite.installer.recover()
    expect(satellite.stateFiles().filter((path) => path.startsWith('journal/'))).toEqual([])
  })

  it('[X6] unpacks again what a power cut damaged before it was flushed', async () => {
    const satellite = createSatellite(createMemorySource(v1), [acme], { bootId: 'first' })
    await satellite.installer.install(skill)
    const before = satellite.hostTree()
    truncateSync(join(satellite.skills, 'notes/SKILL.md'), 0)
    const rebooted = createInstaller({ ...satellite.options, bootId: 'second' })
    expect((await rebooted.recover()).repaired).toMatchObject([{ slug: 'acme.notes' }])
    expect(satellite.hostTree()).toEqual(before)
    expect((await rebooted.recover()).repaired).toEqual([])
  })

  it('sweeps what no journal knows, and nothing else', async () => {
    const satellite = createSatellite(createMemorySource(v1), [acme])
    await satellite.installer.install(skill)
    const before = satellite.hostTree()
    const orphan = join(satellite.skills, '.mothership-11111111-1111-4111-8111-111111111111-1')
    mkdirSync(orphan)
    writeFileSync(join(orphan, 'x'), 'x')
    writeFileSync(join(satellite.state, 'held', `${'0'.repeat(64)}.package`), 'x')
    const { swept } = await satellite.installer.recover()
    expect(swept).toHaveLength(2)
    expect(satellite.hostTree()).toEqual(before)
    expect(await satellite.installer.repair(skill)).toMatchObject({ outcome: 'intact' })
  })
})
