import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { InstallerError, unpackArchive } from '../src/index.ts'
import { paxRecord, rawTar } from './support/raw-tar.ts'
import type { RawEntry } from './support/raw-tar.ts'
import { rawZip } from './support/raw-zip.ts'
import { snapshotTree, temporaryDirectory } from './support/satellite.ts'

const honest: RawEntry = { name: 'a.txt', content: 'honest' }
const evil: RawEntry = { name: 'link/evil', content: 'x' }
const link = (target: string, name = 'link'): RawEntry => ({ name, type: '2', link: target })
const hard = (target: string, name = 'hard'): RawEntry => ({ name, type: '1', link: target })
const outside = '../victim'
const chain = Array.from({ length: 40 }, (_, index) =>
  link(index === 0 ? '.' : `l${index - 1}/..`, `l${index}`),
)

// Known holes of other unpackers, rebuilt from what their advisories say. Identifier, then the archive.
const tars: readonly [string, readonly RawEntry[]][] = [
  [
    'CVE-2015-8860 link out, then a file through it',
    [link('..'), { name: 'link/victim', content: 'x' }],
  ],
  [
    'CVE-2018-20834 hard link out, then a file of its name',
    [hard(outside), { name: 'hard', content: 'x' }],
  ],
  ['CVE-2018-20835 the same in tar-fs', [hard('../../victim', 'h'), { name: 'h', content: 'x' }]],
  ['CVE-2019-13173 hard link over an existing file', [honest, hard(outside, 'a.txt')]],
  [
    'CVE-2021-32803 a directory, a link of its name, a file below',
    [{ name: 'link/', type: '5' }, link('..'), { name: 'link/victim', content: 'x' }],
  ],
  ['CVE-2021-32804 repeated roots', [{ name: '////tmp/evil', content: 'x' }]],
  [
    'CVE-2021-37701 backslash twin of a directory',
    [
      { name: 'a\\x', type: '2', link: '..' },
      { name: 'a/x/victim', content: 'x' },
    ],
  ],
  [
    'CVE-2021-37712 NFC and NFD twins',
    [link('..', 'caf\u00E9'), { name: 'cafe\u0301/victim', content: 'x' }],
  ],
  ['CVE-2021-37712 8.3 names', [{ name: 'LONGNA~1/x', content: 'x' }]],
  ['CVE-2021-37713 drive-relative path', [{ name: 'C:../victim', content: 'x' }]],
  [
    'CVE-2024-28863 thousands of nested directories',
    [{ name: 'p', type: 'x', content: paxRecord('path', `${'d/'.repeat(5000)}x`) }, honest],
  ],
  ['CVE-2026-23745 absolute link targets', [link('/etc/passwd'), hard('/etc/passwd')]],
  [
    'CVE-2026-23950 sharp s and ss',
    [link('..', 'stra\u00DFe'), { name: 'strasse/victim', content: 'x' }],
  ],
  ['CVE-2026-24842 hard link through dots', [{ name: 'd/', type: '5' }, hard('d/../../victim')]],
  [
    'CVE-2026-26960 hard link through a chain of links',
    [link('..', 'a'), link('a/..', 'b'), hard('b/victim')],
  ],
  ['CVE-2025-48387 hard link through an earlier link', [link('..'), hard('link/victim')]],
  ['CVE-2026-29786 hard link with a drive', [hard('C:../victim')]],
  ['CVE-2026-31802 symlink with a drive', [link('C:../../../victim')]],
  ['commit 9704d8c hard link before its target', [hard('a.txt'), honest]],
  [
    'GHSA-vmf3-w455-68vh PAX size on a GNU long name between',
    [
      { name: 'p', type: 'x', content: paxRecord('size', '1024') },
      { name: '././@LongLink', type: 'L', content: 'long.txt\0' },
      honest,
    ],
  ],
  [
    'CVE-2025-62518 PAX size and ustar size disagree',
    [
      { name: 'p', type: 'x', content: paxRecord('size', '0') },
      { name: 'a.tar', content: Buffer.from(rawTar([evil])) },
    ],
  ],
  [
    'CVE-2026-59875 NUL in a PAX path',
    [{ name: 'p', type: 'x', content: paxRecord('path', 'a\0b') }, honest],
  ],
  [
    'CVE-2026-59874 negative base-256 size',
    [{ ...honest, size: '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff' }],
  ],
  [
    'GHSA-r292-9mhp-454m a path that recurses',
    [{ name: 'p', type: 'x', content: paxRecord('path', `${'../'.repeat(20_000)}x`) }, honest],
  ],
  [
    'CVE-2024-12905 link and traversal',
    [link('/tmp'), { name: 'link/../../victim', content: 'x' }],
  ],
  ['CVE-2025-59343 a sibling that begins alike', [{ name: '../out-evil/x', content: 'x' }]],
  ['CVE-2019-16775 a link to any file', [link('/etc/hostname', 'bin/tool')]],
  ['CVE-2019-16776 parent steps from a directory', [{ name: 'bin/../../victim', content: 'x' }]],
  [
    'CVE-2021-39134 case twins and a link',
    [link('..', 'FOO'), { name: 'foo/victim', content: 'x' }],
  ],
  [
    'CVE-2021-39135 a directory replaced by a link',
    [
      { name: 'm/', type: '5' },
      { name: 'm/a', content: 'x' },
      link('..', 'm'),
      { name: 'm/victim', content: 'x' },
    ],
  ],
  ['CVE-2020-12265 write through a symlink', [link(outside), { name: 'link', content: 'x' }]],
  ['CVE-2026-39246 symlink target never checked', [link('../../../../etc')]],
  ['CVE-2026-53486 setuid through a link', [{ ...link(outside), mode: 0o4777 }]],
  [
    'CVE-2026-101894 symlink chain',
    [link('.', 'a'), link('a/..', 'b'), { name: 'b/victim', content: 'x' }],
  ],
  [
    'CVE-2025-4517 a chain of links past PATH_MAX',
    [...chain, { name: 'l39/victim', content: 'x' }],
  ],
  ['CVE-2024-12718 metadata outside the root', [{ name: '..', type: '5', mode: 0o777 }]],
  ['CVE-2026-42496 link names of both kinds', [link('../x'), hard('../victim')]],
]

const zips: readonly [string, Uint8Array][] = [
  ['CVE-2018-1002204 zip slip', rawZip([{ name: '../victim', content: 'x' }])],
  ['CVE-2018-1002203 zip slip with a root', rawZip([{ name: '/tmp/evil', content: 'x' }])],
  ['CVE-2022-48285 names returned raw', rawZip([{ name: 'a/../../victim', content: 'x' }])],
  [
    'CVE-2026-39244 a declared size of 4 GB',
    rawZip([{ name: 'a', content: 'x', size: 0xfffffffe }]),
  ],
  ['GHSA-7q85-xj36-vmfc the second report', rawZip([{ name: 'a', content: '', size: 0x7fffffff }])],
  ['CVE-2026-56876 a symlink entry', rawZip([{ name: 'l', content: '/etc', mode: 0o120777 }])],
  [
    'GHSA-7pqw-9j4j-h8q3 a symlink, then a file of its name',
    rawZip([
      { name: 'l', content: '../victim', mode: 0o120777 },
      { name: 'l', content: 'x' },
    ]),
  ],
  [
    'CVE-2025-54368 local and central names differ',
    rawZip([{ name: 'a', centralName: 'b', content: 'x' }]),
  ],
  [
    'CVE-2025-54368 duplicate names',
    rawZip([
      { name: 'a', content: '1' },
      { name: 'a', content: '2' },
    ]),
  ],
  [
    'CVE-2025-54368 trailing data',
    Buffer.concat([rawZip([{ name: 'a', content: '1' }]), Buffer.from('more')]),
  ],
  [
    'CVE-2025-54368 two end records',
    Buffer.concat([rawZip([{ name: 'a', content: '1' }]), rawZip([{ name: 'b', content: '2' }])]),
  ],
]

async function expectRefused(bytes: Uint8Array): Promise<void> {
  const root = temporaryDirectory()
  writeFileSync(join(root, 'victim'), 'untouched')
  mkdirSync(join(root, 'out-evil'))
  const archive = join(temporaryDirectory(), 'archive')
  writeFileSync(archive, bytes)
  const before = snapshotTree(root)
  const error: unknown = await unpackArchive(archive, join(root, 'out')).catch(
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(InstallerError)
  expect(error).toMatchObject({ code: 'archive_refused' })
  expect(snapshotTree(root)).toEqual(before)
}

describe('the tricks of published advisories', () => {
  it.each(tars)('[TA1] [TA3] [TA4] %s: refused, tar', (_, entries) =>
    expectRefused(rawTar(entries)),
  )
  it.each(tars)('[TA1] [TA3] [TA4] %s: refused, tar.gz', (_, entries) =>
    expectRefused(gzipSync(rawTar(entries))),
  )
  it.each(zips)('[TA20] [TA21] %s: refused, zip', (_, bytes) => expectRefused(bytes))

  it('[TA12] CVE-2026-59873 a gzip bomb: refused by counting', async () => {
    const bomb = gzipSync(rawTar([{ name: 'zeros', content: Buffer.alloc(9 * 1024 * 1024) }]), {
      level: 9,
    })
    await expectRefused(bomb)
  })

  it('GHSA-w8wr-v893-vjvp a PAX path that looks like a number is a name', async () => {
    const root = temporaryDirectory()
    const archive = join(root, 'archive')
    writeFileSync(
      archive,
      rawTar([{ name: 'p', type: 'x', content: paxRecord('path', '1e5') }, honest]),
    )
    await unpackArchive(archive, join(root, 'out'))
    expect(readFileSync(join(root, 'out/1e5'), 'utf8')).toBe('honest')
  })

  it('CVE-2025-64118 an archive cut while it is read: refused, nothing uninitialised is written', async () => {
    const whole = rawTar([{ name: 'a', content: 'x'.repeat(5000) }])
    await expectRefused(whole.subarray(0, 3000))
  })
})

describe('what stands at the destination already', () => {
  it('[TA6] CVE-2026-76845 CVE-2026-24884 a link there is never followed', async () => {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'victim'))
    symlinkSync(join(root, 'victim'), join(root, 'out'))
    writeFileSync(join(root, 'archive'), rawTar([honest]))
    const before = snapshotTree(root)
    await expect(unpackArchive(join(root, 'archive'), join(root, 'out'))).rejects.toMatchObject({
      code: 'target_occupied',
    })
    expect(snapshotTree(root)).toEqual(before)
  })

  it('[TA6] a directory with something in it is refused, an empty one is taken', async () => {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'out'))
    writeFileSync(join(root, 'archive'), rawTar([honest]))
    await unpackArchive(join(root, 'archive'), join(root, 'out'))
    await expect(unpackArchive(join(root, 'archive'), join(root, 'out'))).rejects.toMatchObject({
      code: 'target_occupied',
    })
    rmSync(join(root, 'out'), { recursive: true })
    const pieces = (async function* () {
      yield rawTar([honest])
    })()
    expect((await unpackArchive(pieces, join(root, 'out'))).files).toHaveLength(1)
  })

  it('takes a stream larger than it keeps in memory, whose pieces share one buffer', async () => {
    const root = temporaryDirectory()
    const archive = rawTar([{ name: 'large', content: randomBytes(3 * 1024 * 1024) }])
    const buffer = new Uint8Array(64 * 1024)
    const pieces = (async function* () {
      for (let at = 0; at < archive.length; at += buffer.length) {
        const piece = archive.subarray(at, at + buffer.length)
        buffer.set(piece)
        yield buffer.subarray(0, piece.length)
      }
    })()
    const { package_sha256 } = await unpackArchive(pieces, join(root, 'out'))
    expect(package_sha256).toBe(createHash('sha256').update(archive).digest('hex'))
    expect(readdirSync(root)).toEqual(['out'])
  })
})
