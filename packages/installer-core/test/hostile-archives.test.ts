import { sha256, treeDigest } from '@mothership/manifest'
import { describe, expect, it } from 'vitest'
import { InstallerError } from '../src/index.ts'
import { createMemorySource } from './support/memory-source.ts'
import { createPublisher, signRelease } from './support/publisher.ts'
import { paxRecord, rawTar, rawTarGz } from './support/raw-tar.ts'
import type { RawEntry } from './support/raw-tar.ts'
import { createSatellite } from './support/satellite.ts'

const acme = createPublisher('acme', ['acme'])
const skill = { kind: 'skill', slug: 'acme.notes' } as const
const honest: RawEntry = { name: 'SKILL.md', content: 'honest' }

/** Signs whatever bytes it is given: the author is the attacker. */
async function satelliteFor(bytes: Uint8Array) {
  const files = [
    { path: 'SKILL.md', sha256: sha256(Buffer.from('honest')), size: 6, executable: false },
  ]
  const release = await signRelease(
    acme,
    { ...skill, files: {} },
    {
      package_sha256: sha256(bytes),
      package_size: bytes.byteLength,
      tree_sha256: treeDigest(files),
      files,
    },
  )
  return createSatellite(createMemorySource({ release, package: bytes }), [acme])
}

const tricks: readonly [string, readonly RawEntry[]][] = [
  ['[TA1] a parent step', [honest, { name: '../evil', content: 'x' }]],
  ['[TA1] a parent step in the middle', [honest, { name: 'a/../../evil', content: 'x' }]],
  ['[TA2] an absolute path', [honest, { name: '/tmp/evil', content: 'x' }]],
  ['[TA2] repeated roots', [honest, { name: '////tmp/evil', content: 'x' }]],
  ['[TA2] a drive', [honest, { name: 'C:\\evil', content: 'x' }]],
  ['[TA2] a drive-relative path', [honest, { name: 'C:../evil', content: 'x' }]],
  [
    '[TA3] a link out and a file through it',
    [
      { name: 'out', type: '2', link: '/tmp' },
      { name: 'out/evil', content: 'x' },
    ],
  ],
  ['[TA4] a hard link', [honest, { name: 'hard', type: '1', link: 'SKILL.md' }]],
  ['[TA7] a device', [honest, { name: 'dev', type: '3' }]],
  ['[TA7] a FIFO', [honest, { name: 'pipe', type: '6' }]],
  ['[TA9] names that differ in case', [honest, { name: 'skill.md', content: 'x' }]],
  ['[TA10] a reserved name', [honest, { name: 'CON', content: 'x' }]],
  ['[TA11] a backslash', [honest, { name: 'a\\b', content: 'x' }]],
  [
    '[TA15] a PAX size that lies',
    [{ name: 'pax', type: 'x', content: paxRecord('size', '9999') }, honest],
  ],
  ['[TA17] a wrong checksum', [{ ...honest, checksum: '000000\0 ' }]],
  ['[TA19] a name twice', [honest, honest]],
  ['[TA22] a file nobody listed', [honest, { name: 'extra.md', content: 'x' }]],
  ['[TA22] other content than listed', [{ name: 'SKILL.md', content: 'honesT' }]],
]

describe('a signed package with hostile content', () => {
  it.each(tricks)('%s is refused and leaves no trace', async (_, entries) => {
    const satellite = await satelliteFor(rawTarGz(entries))
    const before = satellite.hostTree()
    const error: unknown = await satellite.installer
      .install(skill)
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(InstallerError)
    expect(error).toMatchObject({ stage: 'verify' })
    expect(satellite.asked).toEqual([])
    expect(satellite.hostTree()).toEqual(before)
    expect(await satellite.installer.list()).toEqual([])
    expect(satellite.stateFiles().filter((path) => !path.startsWith('locks/'))).toEqual([])
  })

  it('[TA17] [TA18] refuses a truncated archive and one with something behind it', async () => {
    const whole = rawTar([honest])
    const cut = rawTar([honest], { end: false }).subarray(0, 515)
    const more = Buffer.concat([rawTarGz([honest]), rawTarGz([honest])])
    for (const bytes of [cut, more, Buffer.concat([whole, Buffer.from('x'.repeat(512))])]) {
      const satellite = await satelliteFor(bytes)
      await expect(satellite.installer.install(skill)).rejects.toMatchObject({
        code: 'archive_refused',
      })
    }
  })

  it('[TI12] says of an honest link that there are none in packages, and which it was', async () => {
    const satellite = await satelliteFor(
      rawTarGz([honest, { name: 'LATEST.md', type: '2', link: 'SKILL.md' }]),
    )
    const error: unknown = await satellite.installer
      .install(skill)
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ rule: 'archive.link', file: 'LATEST.md' })
    expect(error instanceof Error && error.message).toMatch(/link/)
  })

  it('[TA8] masks modes to 644 and 755', async () => {
    const bytes = rawTarGz([{ ...honest, mode: 0o4666 }])
    const satellite = await satelliteFor(bytes)
    await satellite.installer.install(skill)
    expect(satellite.hostTree()['skills/notes/SKILL.md']).toMatch(/^file 644 /)
  })
})
