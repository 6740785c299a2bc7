import { gzipSync } from 'node:zlib'
import type { ArchiveRule } from '../src/archive/index.ts'
import { buildTar, buildTarGz, gnuLongName, paxEntry, type RawEntry } from './tar-builder.ts'
import { buildZip } from './zip-builder.ts'

/** An archive that must be refused, why, and which threats it stands for. */
export interface HostileArchive {
  /** Also the file's name under `fixtures/archives`. */
  name: string
  threats: readonly string[]
  rule: ArchiveRule
  bytes: Buffer
  /** The trick behind a public advisory, where it is one. */
  advisory?: string
}

const ok: RawEntry = { name: 'SKILL.md', content: '# fine\n' }

/** Every hostile archive this project made, small enough to be kept as files for readers in other languages. */
export function hostileArchives(): HostileArchive[] {
  return [
    ...nameArchives(),
    ...linkArchives(),
    ...headerArchives(),
    ...endArchives(),
    ...zipArchives(),
  ]
}

function nameArchives(): HostileArchive[] {
  const names: [string, string, ArchiveRule, string, string?][] = [
    ['parent-step', '../evil', 'name', 'TA1'],
    ['hidden-parent-step', 'a/../../evil', 'name', 'TA1'],
    ['inner-step', 'a/./b', 'name', 'TA1'],
    ['absolute', '/etc/passwd', 'name', 'TA2'],
    ['many-roots', '////home/user/.bashrc', 'name', 'TA2', 'CVE-2021-32804'],
    ['drive', 'C:/evil', 'name', 'TA2'],
    ['drive-relative', 'C:../evil', 'name', 'TA2', 'CVE-2021-37713'],
    ['drive-backslash', 'C:\\evil', 'name', 'TA2'],
    ['network-share', '\\\\host\\x', 'name', 'TA2'],
    ['backslash', 'a\\x', 'name', 'TA11', 'CVE-2021-37701'],
    ['control-character', 'a\u0001b', 'name', 'TA11'],
    ['right-to-left', 'a\u202egpj.exe', 'name', 'TA11'],
    ['zero-width', 'READ\u200bME.md', 'name', 'TA11'],
    ['device', 'CON', 'name', 'TA10'],
    ['device-with-ending', 'sub/nul.txt', 'name', 'TA10'],
    ['alternate-stream', 'a.txt:ads', 'name', 'TA10'],
    ['trailing-dot', 'a.', 'name', 'TA10'],
    ['trailing-blank', 'a ', 'name', 'TA10'],
    ['short-name', 'GIT~1', 'name', 'TA10', 'CVE-2021-37712'],
    ['empty-segment', 'a//b', 'name', 'TA1'],
  ]
  const twins: [string, string[], ArchiveRule, string?][] = [
    ['twin-case', ['README', 'readme'], 'twin_name'],
    ['twin-normalisation', ['caf\u00e9', 'cafe\u0301'], 'twin_name', 'CVE-2021-37712'],
    ['twin-sharp-s', ['gro\u00df', 'gross'], 'twin_name', 'CVE-2026-23950'],
    ['twin-ligature', ['\ufb01le', 'file'], 'twin_name'],
    ['twin-folder', ['Src/a', 'src/b'], 'twin_name'],
  ]
  return [
    ...names.map(([name, path, rule, threat, advisory]) =>
      tar(name, [ok, { name: path, content: 'x' }], rule, [threat], advisory),
    ),
    ...twins.map(([name, paths, rule, advisory]) =>
      tar(
        name,
        paths.map((path) => ({ name: path, content: 'x' })),
        rule,
        ['TA9'],
        advisory,
      ),
    ),
    tar('duplicate', [ok, ok], 'duplicate', ['TA19']),
    tar(
      'file-then-folder',
      [
        { name: 'a', content: 'x' },
        { name: 'a/b', content: 'x' },
      ],
      'duplicate',
      ['TA19'],
    ),
    tar(
      'folder-then-file',
      [
        { name: 'a/', type: '5' },
        { name: 'a', content: 'x' },
      ],
      'duplicate',
      ['TA19'],
    ),
    tar('name-not-utf8', [{ name: Uint8Array.of(0x61, 0xff, 0xfe) }], 'name', ['TA11']),
    tar('long-path', [gnuLongName('a/'.repeat(300) + 'b'), ok], 'name_length', ['TA13']),
    tar('deep', [gnuLongName('a/'.repeat(80) + 'b'), ok], 'depth', ['TA13'], 'CVE-2024-28863'),
  ]
}

function linkArchives(): HostileArchive[] {
  const link = (name: string, type: string, linkname: string, advisory?: string): HostileArchive =>
    tar(
      name,
      [
        { name: 'link', type, linkname },
        { name: 'link/evil', content: 'x' },
      ],
      'link',
      [type === '1' ? 'TA4' : 'TA3'],
      advisory,
    )
  return [
    link('symlink-out', '2', '../../outside', 'CVE-2015-8860'),
    link('symlink-absolute', '2', '/etc', 'CVE-2026-23745'),
    link('symlink-drive-relative', '2', 'C:../../../target', 'CVE-2026-31802'),
    link('symlink-inside', '2', 'other', 'CVE-2026-26960'),
    link('hardlink-out', '1', '../../outside', 'CVE-2018-20834'),
    link('hardlink-drive-relative', '1', 'C:../target', 'CVE-2026-29786'),
    tar(
      'hardlink-then-file',
      [
        { name: 'a', type: '1', linkname: '/etc/passwd' },
        { name: 'a', content: 'x' },
      ],
      'link',
      ['TA4'],
      'CVE-2018-20835',
    ),
    tar(
      'hardlink-through-symlink',
      [
        { name: 's', type: '2', linkname: '..' },
        { name: 'h', type: '1', linkname: 's/x' },
      ],
      'link',
      ['TA4', 'TA5'],
      'CVE-2025-48387',
    ),
    link('hardlink-before-target', '1', 'SKILL.md', 'commit 9704d8c'),
    tar(
      'folder-then-symlink',
      [
        { name: 'a/', type: '5' },
        { name: 'a', type: '2', linkname: '/tmp' },
        { name: 'a/x', content: 'x' },
      ],
      'link',
      ['TA3'],
      'CVE-2021-32803',
    ),
    tar('link-in-pax', [paxEntry({ linkpath: '/etc/passwd' }), ok], 'link', ['TA3']),
    tar('link-name-on-file', [{ ...ok, linkname: '/etc/passwd' }], 'link', ['TA3']),
    tar(
      'long-link-name',
      [{ name: '././@LongLink', type: 'K', content: '/etc/passwd\0', magic: 'ustar  \0' }, ok],
      'link',
      ['TA3'],
    ),
    ...[
      ['character-device', '3'],
      ['block-device', '4'],
      ['fifo', '6'],
      ['contiguous', '7'],
      ['unknown-type', 'Z'],
      ['sparse', 'S'],
      ['multi-volume', 'M'],
    ].map(([name = '', type = '']) =>
      tar(name, [{ name: 'thing', type }], 'entry_type', [type === 'S' ? 'TA16' : 'TA7']),
    ),
    tar(
      'sparse-in-pax',
      [paxEntry({ 'GNU.sparse.major': '1', 'GNU.sparse.realsize': '8796093022208' }), ok],
      'unsupported',
      ['TA16'],
    ),
  ]
}

function headerArchives(): HostileArchive[] {
  return [
    tar('size-claims-4-gb', [{ name: 'big', size: 0o37777777777 }], 'file_bytes', ['TA12']),
    tar(
      'size-negative-binary',
      [{ name: 'a', size: new Uint8Array(12).fill(0xff) }],
      'size',
      ['TA14'],
      'CVE-2026-59874',
    ),
    tar(
      'size-binary',
      [{ name: 'a', size: Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) }],
      'size',
      ['TA14'],
    ),
    tar('size-not-a-number', [{ name: 'a', size: Buffer.from('NaN\0\0\0\0\0\0\0\0\0') }], 'size', [
      'TA14',
    ]),
    tar(
      'size-in-pax-differs',
      [paxEntry({ size: '1024' }), { name: 'a', content: 'x'.repeat(100) }],
      'size',
      ['TA15'],
    ),
    tar('size-in-pax-negative', [paxEntry({ size: '-1' }), ok], 'size', ['TA14']),
    tar(
      'pax-before-long-name',
      [paxEntry({ size: '1024' }), gnuLongName('smuggled'), ok],
      'header',
      ['TA15'],
      'GHSA-vmf3-w455-68vh',
    ),
    tar('pax-huge', [{ name: 'pax', type: 'x', size: 1_073_741_824 }, ok], 'header', ['TA14']),
    tar('pax-nul-in-path', [paxEntry({ path: 'a\0b' }), ok], 'header', ['TA11'], 'CVE-2026-59875'),
    tar(
      'pax-key-twice',
      [{ name: 'pax', type: 'x', content: '9 path=a\n9 path=b\n' }, ok],
      'header',
      ['TA15'],
    ),
    tar('pax-wrong-length', [{ name: 'pax', type: 'x', content: '99 path=a\n' }, ok], 'header', [
      'TA14',
    ]),
    tar('pax-path-for-all', [paxEntry({ path: '../evil' }, 'g'), ok], 'header', ['TA1']),
    tar('pax-path-steps-up', [paxEntry({ path: '../evil' }), ok], 'name', ['TA1']),
    tar('folder-with-content', [{ name: 'a/', type: '5', content: 'hidden' }], 'size', ['TA15']),
    tar('checksum-wrong', [{ ...ok, checksumError: 1 }], 'checksum', ['TA17']),
    tar('format-unknown', [{ ...ok, magic: '\0\0\0\0\0\0\0\0' }], 'header', ['TA17']),
  ]
}

function endArchives(): HostileArchive[] {
  const good = buildTar([ok])
  const gz = gzipSync(good)
  const raw = (name: string, bytes: Buffer, rule: ArchiveRule, threat: string): HostileArchive => ({
    name,
    bytes,
    rule,
    threats: [threat],
  })
  return [
    raw('content-cut.tar', good.subarray(0, 700), 'truncated', 'TA17'),
    raw('end-mark-missing.tar', good.subarray(0, 1024), 'truncated', 'TA17'),
    raw('end-mark-half.tar', good.subarray(0, 1536), 'truncated', 'TA17'),
    raw(
      'behind-the-end.tar',
      Buffer.concat([good, buildTar([{ name: 'evil', content: 'x' }])]),
      'trailing_data',
      'TA18',
    ),
    raw(
      'bytes-behind-the-end.tar',
      Buffer.concat([good, Buffer.from('x')]),
      'trailing_data',
      'TA18',
    ),
    raw('gzip-second-member.tar.gz', Buffer.concat([gz, gz]), 'trailing_data', 'TA18'),
    raw(
      'gzip-trailing-data.tar.gz',
      Buffer.concat([gz, Buffer.from('junk')]),
      'trailing_data',
      'TA18',
    ),
    raw(
      'gzip-trailing-zeros.tar.gz',
      Buffer.concat([gz, Buffer.alloc(512)]),
      'trailing_data',
      'TA18',
    ),
    raw('gzip-cut.tar.gz', gz.subarray(0, gz.length - 12), 'truncated', 'TA17'),
    raw('gzip-checksum.tar.gz', changed(gz, gz.length - 6), 'checksum', 'TA17'),
    raw('gzip-size.tar.gz', changed(gz, gz.length - 2), 'checksum', 'TA17'),
    raw('gzip-bomb.tar.gz', gzipSync(Buffer.alloc(8 * 1024 * 1024)), 'ratio', 'TA12'),
    raw('gzip-of-nothing.tar.gz', gzipSync(Buffer.alloc(0)), 'truncated', 'TA17'),
    raw('no-archive', Buffer.from('#!/bin/sh\necho this is no archive\n'), 'format', 'TA17'),
  ]
}

function zipArchives(): HostileArchive[] {
  const file = { name: 'a.txt', content: 'hello hello hello' }
  const zip = (
    name: string,
    bytes: Buffer,
    rule: ArchiveRule,
    ...threats: string[]
  ): HostileArchive => ({ name: `${name}.zip`, bytes, rule, threats })
  return [
    zip('zip-parent-step', buildZip([{ ...file, name: '../evil' }]), 'name', 'TA1'),
    zip('zip-absolute', buildZip([{ ...file, name: '/etc/passwd' }]), 'name', 'TA2'),
    zip('zip-backslash', buildZip([{ ...file, name: 'a\\b' }]), 'name', 'TA11'),
    zip('zip-twin', buildZip([file, { ...file, name: 'A.TXT' }]), 'twin_name', 'TA9'),
    zip('zip-duplicate', buildZip([file, file]), 'duplicate', 'TA19'),
    zip(
      'zip-local-name-differs',
      buildZip([{ ...file, local: { name: 'b.txt' } }]),
      'header',
      'TA20',
    ),
    zip(
      'zip-local-method-differs',
      buildZip([{ ...file, local: { method: 0 } }]),
      'header',
      'TA20',
    ),
    zip('zip-local-size-differs', buildZip([{ ...file, local: { size: 5 } }]), 'header', 'TA20'),
    zip('zip-encrypted', buildZip([{ ...file, flags: 0x801 }]), 'encrypted', 'TA20'),
    zip('zip-multi-disk', buildZip([file], { disk: 2 }), 'unsupported', 'TA20'),
    zip('zip-symlink', buildZip([{ ...file, mode: 0o120777 }]), 'link', 'TA21'),
    zip('zip-device', buildZip([{ ...file, mode: 0o020644 }]), 'entry_type', 'TA7'),
    zip('zip-checksum', buildZip([{ ...file, crcError: 1 }]), 'checksum', 'TA17'),
    zip('zip-size-too-small', buildZip([{ ...file, size: 3 }]), 'compression', 'TA12'),
    zip('zip-size-too-large', buildZip([{ ...file, size: 30 }]), 'size', 'TA12'),
    zip('zip-claims-4-gb', buildZip([{ ...file, size: 0xfffffff0 }]), 'file_bytes', 'TA12'),
    zip(
      'zip-bomb',
      buildZip([{ name: 'zeros', content: Buffer.alloc(3 * 1024 * 1024) }]),
      'ratio',
      'TA12',
    ),
    zip(
      'zip-bytes-before-directory',
      buildZip([file], { before: Buffer.from('hidden') }),
      'header',
      'TA18',
    ),
    zip(
      'zip-trailing-data',
      buildZip([file], { tail: Buffer.from('more') }),
      'trailing_data',
      'TA18',
    ),
    zip(
      'zip-second-end-record',
      buildZip([file], { comment: 'PK\u0005\u0006'.padEnd(22, '\0') }),
      'header',
      'TA18',
    ),
    zip('zip-cut', buildZip([file]).subarray(0, -8), 'truncated', 'TA17'),
  ]
}

function tar(
  name: string,
  entries: readonly RawEntry[],
  rule: ArchiveRule,
  threats: readonly string[],
  advisory?: string,
): HostileArchive {
  return {
    name: `${name}.tar.gz`,
    bytes: buildTarGz(entries),
    rule,
    threats,
    ...(advisory === undefined ? {} : { advisory }),
  }
}

function changed(bytes: Buffer, index: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[index] = (copy[index] ?? 0) ^ 0xff
  return copy
}
