import { createKeyring } from '@mothership/manifest'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from '@mothership/manifest'
import { createFileLedger, createInstaller, InstallerError } from '../src/index.ts'
import type { LedgerChange } from '../src/index.ts'
import { createFaultyFileSystem, systemError } from './support/faulty-file-system.ts'
import { createMemorySource } from './support/memory-source.ts'
import { createPublisher, pluginFiles, publish, skillFiles } from './support/publisher.ts'
import { createSatellite } from './support/satellite.ts'
import type { Satellite } from './support/satellite.ts'

const acme = createPublisher('acme', ['acme'])
const skill = { kind: 'skill', slug: 'acme.notes' } as const
const plugin = { kind: 'plugin', slug: 'acme.tools' } as const

const skillV1 = await publish(acme, {
  ...skill,
  permissions: ['network:api.example.com', 'fs:tmp'],
  files: skillFiles(),
})
const pluginV1 = await publish(acme, { ...plugin, files: pluginFiles() })

async function refusal(run: Promise<unknown>): Promise<InstallerError> {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(InstallerError)
  return error as InstallerError
}

/** The target untouched, no staging or download left, nothing recorded. */
async function expectNothingHappened(
  satellite: Satellite,
  before: Record<string, string>,
): Promise<void> {
  expect(satellite.hostTree()).toEqual(before)
  expect(await satellite.installer.list()).toEqual([])
  expect(satellite.stateFiles().filter((path) => !path.startsWith('locks/'))).toEqual([])
}

describe('install', () => {
  it('[C4] installs a signed skill at its place, executable bits and all', async () => {
    const satellite = createSatellite(createMemorySource(skillV1), [acme])
    const result = await satellite.installer.install(skill)
    expect(result.outcome).toBe('installed')
    const directory = join(satellite.skills, 'notes')
    expect(result.record.directory).toBe(directory)
    expect(readFileSync(join(directory, 'SKILL.md'), 'utf8')).toContain('Read the notes first.')
    expect(statSync(join(directory, 'SKILL.md')).mode & 0o777).toBe(0o644)
    expect(statSync(join(directory, 'scripts/find.sh')).mode & 0o777).toBe(0o755)
    expect(statSync(directory).mode & 0o777).toBe(0o755)
  })

  it('[C4] installs a Claude plugin as it was packed', async () => {
    const satellite = createSatellite(createMemorySource(pluginV1), [acme])
    await satellite.installer.install(plugin)
    const directory = join(satellite.plugins, 'tools')
    expect(readFileSync(join(directory, '.claude-plugin/plugin.json'), 'utf8')).toContain('tools')
    expect((await satellite.installer.verify(plugin)).intact).toBe(true)
  })

  it('[A8] records where an item came from, its version there, and when', async () => {
    const satellite = createSatellite(createMemorySource(skillV1), [acme])
    await satellite.installer.install(skill)
    const [record] = await satellite.installer.list()
    expect(record).toMatchObject({
      source: 'mothership',
      source_url: 'https://mothership.example/skills/acme.notes',
      marketplace_id: 'mothership.example',
      marketplace_version: '1.0.0',
      installed_at: '2026-07-01T00:00:00.000Z',
      marketplace_metadata: { rating_average: 4.5 },
      is_update_available: false,
    })
  })

  it('[F15] asks the host with explained permissions and the provenance, before unpacking', async () => {
    const seen: string[] = []
    const satellite = createSatellite(createMemorySource(skillV1), [acme], {
      onProgress: (event) => seen.push(`${event.stage} ${event.state}`),
      async approve(request) {
        expect(seen).not.toContain('unpack started')
        expect(request.permissions.map(({ permission }) => permission)).toEqual([
          'network:api.example.com',
          'fs:tmp',
        ])
        expect(request.permissions[0]?.explanation).toContain('api.example.com')
        expect(request.provenance.text).toBe(
          'installed from listing https://mothership.example/skills/acme.notes, release skill/acme.notes@1.0.0',
        )
        return { approved: true }
      },
    })
    await satellite.installer.install(skill)
    expect(seen).toContain('unpack finished')
  })

  it('[F15] installs nothing when the host refuses, and says so', async () => {
    const satellite = createSatellite(createMemorySource(skillV1), [acme], {
      approve: async () => ({ approved: false, reason: 'no network here' }),
    })
    const before = satellite.hostTree()
    const error = await refusal(satellite.installer.install(skill))
    expect(error).toMatchObject({ code: 'approval_refused', stage: 'permissions' })
    expect(error.message).toContain('no network here')
    await expectNothingHappened(satellite, before)
  })

  it('asks once: what was approved before needs no new prompt', async () => {
    const satellite = createSatellite(createMemorySource(skillV1), [acme])
    await satellite.installer.install(skill)
    await satellite.installer.uninstall(skill)
    await satellite.installer.install(skill)
    expect(satellite.asked).toHaveLength(1)
  })

  it('leaves an item alone that is there already', async () => {
    const source = createMemorySource(skillV1)
    const satellite = createSatellite(source, [acme])
    await satellite.installer.install(skill)
    const before = satellite.hostTree()
    expect((await satellite.installer.install(skill)).outcome).toBe('unchanged')
    expect(source.downloads).toBe(1)
    expect(satellite.hostTree()).toEqual(before)
  })

  it('replaces an older version and keeps the date of the first install', async () => {
    const source = createMemorySource(skillV1)
    const satellite = createSatellite(source, [acme])
    await satellite.installer.install(skill)
    source.add(await publish(acme, { ...skill, version: '1.1.0', files: { 'SKILL.md': 'new' } }))
    const result = await satellite.installer.install(skill)
    expect(result).toMatchObject({ outcome: 'updated', record: { version: '1.1.0' } })
    expect(Object.keys(satellite.hostTree())).toEqual([
      'plugins/',
      'skills/',
      'skills/notes/',
      'skills/notes/SKILL.md',
    ])
    expect(satellite.asked).toHaveLength(1)
  })

  it('tells its progress stage by stage, with bytes', async () => {
    const satellite = createSatellite(createMemorySource(skillV1), [acme])
    await satellite.installer.install(skill)
    const finished = satellite.events.filter(({ state }) => state === 'finished')
    expect(finished.map(({ stage }) => stage)).toEqual([
      'resolve',
      'acquire',
      'verify',
      'permissions',
      'unpack',
      'prepare',
      'commit',
      'record',
    ])
    const acquired = satellite.events.findLast(
      ({ stage, state }) => stage === 'acquire' && state === 'advanced',
    )
    expect(acquired).toMatchObject({
      bytes: skillV1.package.byteLength,
      total_bytes: skillV1.package.byteLength,
    })
  })

  it('plans without writing or downloading', async () => {
    const source = createMemorySource(skillV1)
    const satellite = createSatellite(source, [acme])
    const plan = await satellite.installer.plan(skill)
    expect(plan).toMatchObject({ action: 'install', needs_approval: true, version: '1.0.0' })
    expect(source.downloads).toBe(0)
    expect(satellite.stateFiles()).toEqual([])
  })
})

describe('refusals', () => {
  it('[TM17] refuses a package with one flipped byte, before anything is unpacked', async () => {
    const tampered = Uint8Array.from(skillV1.package)
    tampered[40] = (tampered[40] ?? 0) ^ 1
    const satellite = createSatellite(createMemorySource({ ...skillV1, package: tampered }), [acme])
    const before = satellite.hostTree()
    const error = await refusal(satellite.installer.install(skill))
    expect(error).toMatchObject({
      code: 'package_mismatch',
      stage: 'verify',
      rule: 'package.sha256',
    })
    expect(satellite.asked).toEqual([])
    await expectNothingHappened(satellite, before)
  })

  it('[TM17] refuses the archive of another release', async () => {
    const other = await publish(acme, { ...skill, files: { 'SKILL.md': 'other' } })
    const satellite = createSatellite(createMemorySource({ ...skillV1, package: other.package }), [
      acme,
    ])
    const error = await refusal(satellite.installer.install(skill))
    expect(error).toMatchObject({ code: 'package_mismatch', rule: 'package.size' })
  })

  it("[TM12] refuses what another publisher's key signed", async () => {
    const mallory = createPublisher('mallory', ['mallory'])
    const forged = await publish(
      { ...mallory, author_id: 'acme' },
      { ...skill, files: skillFiles('Forged.') },
    )
    const satellite = createSatellite(createMemorySource(forged), [acme, mallory])
    const before = satellite.hostTree()
    const error = await refusal(satellite.installer.install(skill))
    expect(error).toMatchObject({
      code: 'manifest_refused',
      stage: 'verify',
      rule: 'manifest.wrong_author',
    })
    await expectNothingHappened(satellite, before)
  })

  it('refuses a key nobody trusts', async () => {
    const satellite = createSatellite(createMemorySource(skillV1), [
      createPublisher('acme', ['acme']),
    ])
    const error = await refusal(satellite.installer.install(skill))
    expect(error).toMatchObject({ stage: 'verify', rule: 'manifest.unknown_key' })
  })

  it('[TM15] refuses an older version unless it is asked for', async () => {
    const source = createMemorySource(
      await publish(acme, { ...skill, version: '2.0.0', files: skillFiles('Second.') }),
    )
    const satellite = createSatellite(source, [acme])
    await satellite.installer.install(skill)
    source.add(skillV1)
    const before = satellite.hostTree()
    const older = { ...skill, version: '1.0.0' }
    const error = await refusal(satellite.installer.install(older))
    expect(error).toMatchObject({ stage: 'policy', rule: 'version.downgrade' })
    expect(satellite.hostTree()).toEqual(before)
    const result = await satellite.installer.install(older, { allowDowngrade: true })
    expect(result.record.version).toBe('1.0.0')
  })

  it('refuses a release of another item than the one asked for', async () => {
    const source = createMemorySource(skillV1)
    const lying = {
      resolve: async () => ({ ...skillV1.release, version: '9.9.9' }),
      download: () => source.download({ ...skill, version: '1.0.0' }),
    }
    const satellite = createSatellite(lying, [acme])
    const error = await refusal(satellite.installer.install({ ...skill, version: '1.0.0' }))
    expect(error).toMatchObject({ code: 'identity_mismatch', stage: 'resolve' })
    const relabelled = await refusal(satellite.installer.install({ ...skill, version: '9.9.9' }))
    expect(relabelled).toMatchObject({ code: 'identity_mismatch', stage: 'verify' })
  })

  it('[TM7] [TM8] refuses a manifest with a field that nobody signed', async () => {
    const manifest = {
      ...(skillV1.release.manifest as Record<string, JsonValue>),
      postinstall: 'x',
    }
    const release = { ...skillV1.release, manifest }
    const satellite = createSatellite(createMemorySource({ ...skillV1, release }), [acme])
    const error = await refusal(satellite.installer.install(skill))
    expect(error).toMatchObject({ stage: 'verify', rule: 'manifest.bad_signature' })
  })

  it('[TI4] says what to do when the target lies on another file system', async () => {
    const satellite = createSatellite(createMemorySource(skillV1), [acme])
    const fs = createFaultyFileSystem(({ name, path }) => {
      if (name === 'rename' && path.startsWith(satellite.skills)) {
        throw systemError('EXDEV', name, path)
      }
    })
    const before = satellite.hostTree()
    const installer = createInstaller({ ...satellite.options, fs })
    const error = await refusal(installer.install(skill))
    expect(error).toMatchObject({ code: 'file_system', stage: 'commit', rule: 'errno.EXDEV' })
    expect(error.message).toContain('one file system')
    await expectNothingHappened(satellite, before)
  })

  it('refuses when the ledger cannot be reached, before anything is renamed', async () => {
    const satellite = createSatellite(createMemorySource(skillV1), [acme])
    const ledger = createFileLedger(join(satellite.root, 'ledger'))
    const installer = createInstaller({
      ...satellite.options,
      ledger: { ...ledger, check: () => Promise.reject(new Error('connection refused')) },
    })
    const before = satellite.hostTree()
    const error = await refusal(installer.install(skill))
    expect(error).toMatchObject({ code: 'ledger_unavailable', stage: 'commit' })
    await expectNothingHappened(satellite, before)
  })

  it('[X6] records later what a ledger missed after the rename', async () => {
    const satellite = createSatellite(createMemorySource(skillV1), [acme])
    const ledger = createFileLedger(join(satellite.root, 'ledger'))
    let down = true
    const flaky = {
      ...ledger,
      apply: (change: LedgerChange) =>
        down ? Promise.reject(new Error('connection lost')) : ledger.apply(change),
    }
    const installer = createInstaller({ ...satellite.options, ledger: flaky })
    const error = await refusal(installer.install(skill))
    expect(error).toMatchObject({ code: 'unfinished', outcome: 'committed', stage: 'record' })
    down = false
    expect((await installer.recover()).operations).toMatchObject([{ outcome: 'finished' }])
    expect(await installer.list()).toHaveLength(1)
    expect((await installer.install(skill)).outcome).toBe('unchanged')
  })

  it('[TA22] refuses a file list that is not the one that was signed', async () => {
    const release = { ...skillV1.release, files: skillV1.release.files.slice(1) }
    const satellite = createSatellite(createMemorySource({ ...skillV1, release }), [acme])
    const error = await refusal(satellite.installer.install(skill))
    expect(error).toMatchObject({ code: 'tree_mismatch', stage: 'verify', rule: 'tree.sha256' })
  })

  it('[TI9] refuses ids that are no slugs, whatever is asked of them', async () => {
    const satellite = createSatellite(createMemorySource(skillV1), [acme])
    for (const slug of [
      '..',
      '.',
      'a/b',
      '../x',
      'a..b',
      'A.b',
      '',
      'a\0b',
      'a.',
      '-'.repeat(129),
    ]) {
      for (const call of ['install', 'uninstall', 'plan', 'verify'] as const) {
        const error = await refusal(satellite.installer[call]({ kind: 'skill', slug }))
        expect(error).toMatchObject({ code: 'invalid_request', rule: 'slug.pattern' })
      }
    }
    expect(Object.keys(satellite.hostTree())).toEqual(['plugins/', 'skills/'])
  })

  it('never touches what stands at the place already', async () => {
    const satellite = createSatellite(createMemorySource(skillV1), [acme])
    writeFileSync(join(satellite.skills, 'notes'), 'mine')
    const before = satellite.hostTree()
    const error = await refusal(satellite.installer.install(skill))
    expect(error).toMatchObject({ code: 'target_occupied', file: join(satellite.skills, 'notes') })
    await expectNothingHappened(satellite, before)
  })

  it('stops at every stage when its signal says so', async () => {
    for (const stage of ['acquire', 'verify', 'permissions', 'unpack', 'prepare', 'commit']) {
      const controller = new AbortController()
      const satellite = createSatellite(createMemorySource(skillV1), [acme], {
        onProgress: (event) => {
          if (event.stage === stage) controller.abort()
        },
      })
      const before = satellite.hostTree()
      const error = await refusal(satellite.installer.install(skill, { signal: controller.signal }))
      expect(error.code).toBe('aborted')
      await expectNothingHappened(satellite, before)
    }
  })

  it('stops a download at the cap, not after it', async () => {
    const source = createMemorySource(skillV1)
    let served = 0
    const endless = {
      ...source,
      async *download() {
        for (;;) {
          served += 1
          yield new Uint8Array(64 * 1024)
        }
      },
    }
    const satellite = createSatellite(endless, [acme], { limits: { packed_bytes: 1024 * 1024 } })
    const error = await refusal(satellite.installer.install(skill))
    expect(error).toMatchObject({ code: 'package_too_large', stage: 'acquire' })
    expect(served).toBeLessThan(20)
  })

  it('has no default trust', () => {
    const satellite = createSatellite(createMemorySource(), [])
    const { keyring: _, ...options } = satellite.options
    expect(() => createInstaller(options)).toThrow(/keyring or a trust policy/)
    expect(() => createInstaller({ ...options, keyring: createKeyring([]) })).not.toThrow()
  })
})
