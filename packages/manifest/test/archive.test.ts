import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { extract } from 'tar-stream'
import { describe, expect, it } from 'vitest'
import { ZipFile } from 'yazl'
import {
  compareTrees,
  defaultArchiveLimits,
  type FileMap,
  listTree,
  packAndSign,
  packDirectory,
  packFiles,
  readArchive,
  readDirectory,
  treeDigest,
} from '../src/archive/index.ts'
import { readIgnoreRules } from '../src/archive/gitignore.ts'
import { createSigner, type ManifestDraft } from '../src/index.ts'
import { fixedKeyPair } from './signed-manifest.ts'

const folder = mkdtempSync(join(tmpdir(), 'manifest-archive-'))

function write(files: Readonly<Record<string, string>>, name: string): string {
  const root = join(folder, name)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

function mapOf(files: Readonly<Record<string, string | Uint8Array>>, executable = false): FileMap {
  return new Map(
    Object.entries(files).map(([path, content]) => [
      path,
      { bytes: new Uint8Array(Buffer.from(content)), executable },
    ]),
  )
}

/** Text that does not shrink to nothing. */
const noise = Array.from({ length: 400_000 }, (_, index) => String((index * 7919) % 65_537)).join(
  ' ',
)

describe('packages', () => {
  it('are read back as they were packed, by this reader and by the system', async () => {
    const source = write(
      {
        'SKILL.md': '# hi\n',
        'scripts/run.sh': '#!/bin/sh\n',
        [`${'long'.repeat(40)}.md`]: 'x',
        'big.bin': noise,
      },
      'whole',
    )
    chmodSync(join(source, 'scripts/run.sh'), 0o755)
    const packed = await packDirectory(source, join(folder, 'whole.tar.gz'))
    const reading = await readArchive(join(folder, 'whole.tar.gz'))
    expect(reading).toMatchObject({
      format: 'tar.gz',
      package_sha256: packed.package_sha256,
      package_size: packed.package_size,
      tree_sha256: packed.tree_sha256,
      files: packed.files,
    })
    expect(packed.files.filter(({ executable }) => executable).map(({ path }) => path)).toEqual([
      'scripts/run.sh',
    ])
    const listing = execFileSync('tar', ['-tzf', join(folder, 'whole.tar.gz')], {
      encoding: 'utf8',
    })
    expect(listing.trim().split('\n').sort()).toEqual(packed.files.map(({ path }) => path).sort())
    for (const [name, flags] of [
      ['sys.tar.gz', '-czf'],
      ['sys.tar', '-cf'],
    ] as const) {
      execFileSync('tar', [flags, join(folder, name), '-C', source, '.'])
      expect((await readArchive(join(folder, name))).tree_sha256).toBe(packed.tree_sha256)
    }
  })

  it('come out the same whatever the order and age of the files', async () => {
    const first = await packFiles(
      mapOf({ 'b.md': '2', 'a.md': '1', 'B/c': '3' }),
      join(folder, 'one.tgz'),
    )
    const second = await packFiles(
      mapOf({ 'B/c': '3', 'a.md': '1', 'b.md': '2' }),
      join(folder, 'two.tgz'),
    )
    expect(second).toEqual(first)
    expect(treeDigest([...first.files].reverse())).toBe(first.tree_sha256)
    expect(treeDigest([...first.files, ...first.files])).not.toBe(first.tree_sha256)
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([])
  })

  it('whatever packs is read back', async () => {
    const segment = fc.string({
      unit: fc.constantFrom(...Array.from('abcXYZ019._-ä日 ')),
      minLength: 1,
      maxLength: 60,
    })
    const path = fc
      .array(segment, { minLength: 1, maxLength: 4 })
      .map((segments) => segments.join('/'))
    const content = fc.uint8Array({ maxLength: 2000 })
    const trees = fc.dictionary(path, content, { maxKeys: 8, noNullPrototype: true })
    let packedTrees = 0
    await fc.assert(
      fc.asyncProperty(trees, fc.boolean(), async (tree, executable) => {
        const files = mapOf(tree, executable)
        const out = join(folder, 'property.tgz')
        let packed: Awaited<ReturnType<typeof packFiles>>
        try {
          packed = await packFiles(files, out)
        } catch {
          return // names that no system reads alike are refused by both sides
        }
        packedTrees += 1
        const reading = await readArchive(out)
        expect(reading.files).toEqual(packed.files)
        for (const [name, { bytes }] of files)
          expect(Buffer.compare(bytes, reading.contents.get(name)?.bytes ?? Buffer.of())).toBe(0)
      }),
      { seed: 4, numRuns: 120 },
    )
    expect(packedTrees).toBeGreaterThan(30)
  })

  it('shrink less where readers would refuse the ratio', async () => {
    const packed = await packFiles(
      mapOf({ zeros: new Uint8Array(3_000_000) }),
      join(folder, 'zeros.tgz'),
    )
    expect(packed.package_size).toBeGreaterThan(3_000_000)
    expect((await readArchive(join(folder, 'zeros.tgz'))).tree_sha256).toBe(packed.tree_sha256)
  })

  it('hold what another reader of tar finds in them', async () => {
    const files = mapOf({ 'SKILL.md': 'x', [`${'a/'.repeat(60)}b.md`]: 'deep', 'ümlaut.md': 'y' })
    await packFiles(files, join(folder, 'peer.tgz'), { limits: { depth: 64 } })
    const names: string[] = []
    const peer = extract()
    peer.on('entry', (header, stream, next) => {
      names.push(header.name)
      stream.on('end', next)
      stream.resume()
    })
    await new Promise((resolve, reject) => {
      peer.on('finish', () => resolve(undefined)).on('error', reject)
      peer.end(gunzipSync(readFileSync(join(folder, 'peer.tgz'))))
    })
    expect(names.sort()).toEqual([...files.keys()].sort())
  })

  it('are read from zip as well, with the bits to execute', async () => {
    const zip = new ZipFile()
    zip.addBuffer(Buffer.from('# hi'), 'SKILL.md', { mode: 0o100644 })
    zip.addBuffer(Buffer.from('#!/bin/sh'), 'run.sh', { mode: 0o100755, compress: false })
    zip.addEmptyDirectory('empty')
    zip.end()
    const pieces: Buffer[] = []
    for await (const piece of zip.outputStream as unknown as AsyncIterable<Buffer>)
      pieces.push(piece)
    const reading = await readArchive(Buffer.concat(pieces))
    expect(reading.format).toBe('zip')
    expect(reading.files.map(({ path, executable }) => [path, executable])).toEqual([
      ['SKILL.md', false],
      ['run.sh', true],
    ])
  })

  it('are handed over file by file, digests in the same pass, unread rests skipped', async () => {
    await packFiles(mapOf({ a: 'one', b: noise, c: 'three' }), join(folder, 'hand.tgz'))
    const whole = await readArchive(join(folder, 'hand.tgz'))
    const seen: Record<string, number> = {}
    const reading = await readArchive(join(folder, 'hand.tgz'), {
      onFile: async ({ path, size }, content) => {
        seen[path] = size
        if (path === 'c') for await (const piece of content) seen['read'] = piece.length
      },
    })
    expect(reading.files).toEqual(whole.files)
    expect(reading.contents.size).toBe(0)
    expect(seen).toEqual({ a: 3, b: noise.length, c: 5, read: 5 })
    await expect(
      readArchive(join(folder, 'hand.tgz'), {
        onFile: () => Promise.reject(new Error('disk full')),
      }),
    ).rejects.toThrow('disk full')
  })

  it('[TA22] differ from their list by name', () => {
    const files = listTree(mapOf({ a: '1', b: '2' }))
    const [first, second] = files as [(typeof files)[0], (typeof files)[0]]
    expect(
      compareTrees(files, [
        { ...first, executable: true },
        { ...second, path: 'c' },
      ]),
    ).toEqual({ missing: ['b'], added: ['c'], changed: ['a'] })
    expect(compareTrees(files, [...files].reverse())).toEqual({
      missing: [],
      added: [],
      changed: [],
    })
  })

  it('[C2] a folder becomes a package and its signed manifest in one call', async () => {
    const source = write({ 'SKILL.md': '# hi\n' }, 'signed')
    const draft: ManifestDraft = {
      schema_version: '1.0',
      kind: 'skill',
      slug: 'acme.hi',
      name: 'Hi',
      version: '1.0.0',
      author_id: 'acme',
      description: 'Says hi',
      permissions: [],
      content: { instructions: 'SKILL.md' },
    }
    const { manifest, package_sha256, files } = await packAndSign(
      source,
      join(folder, 'signed.tgz'),
      draft,
      createSigner(fixedKeyPair(1)),
    )
    expect(manifest).toMatchObject({ package_sha256, manifest_signature: { alg: 'Ed25519' } })
    expect(files).toHaveLength(1)
    const missing = { ...draft, content: { instructions: 'other.md' } }
    await expect(
      packAndSign(source, join(folder, 'x.tgz'), missing, createSigner(fixedKeyPair(1))),
    ).rejects.toThrow(/none at other.md/)
  })
})

describe('folders', () => {
  it('leave out what ignore files and version control name', async () => {
    const source = write(
      {
        '.gitignore':
          '*.log\n/dist/\n!keep.log\nnode_modules\n# comment\n\\#odd\ndoc/**/draft.md\n',
        '.skillignore': 'secret?.txt\n[ab].tmp\n[!c].bin\n',
        'SKILL.md': 'x',
        'a.log': 'x',
        'keep.log': 'x',
        'dist/x': 'x',
        'sub/dist/x': 'x',
        'node_modules/m/i.js': 'x',
        '#odd': 'x',
        'doc/a/b/draft.md': 'x',
        'secret1.txt': 'x',
        'secrets.txt': 'x',
        'secret.txt': 'x',
        'a.tmp': 'x',
        'c.tmp': 'x',
        'c.bin': 'x',
        'd.bin': 'x',
        'sub/.gitignore': '!*.log\n',
        'sub/b.log': 'x',
        '.git/config': 'x',
        '.DS_Store': 'x',
      },
      'ignored',
    )
    expect([...(await readDirectory(source)).keys()]).toEqual([
      '.gitignore',
      '.skillignore',
      'SKILL.md',
      'c.bin',
      'c.tmp',
      'keep.log',
      'secret.txt',
      'sub/.gitignore',
      'sub/b.log',
      'sub/dist/x',
    ])
  })

  it('[TA3] refuse links, special files, bad names and what is over a limit', async () => {
    const linked = write({ 'a.md': 'x' }, 'linked')
    symlinkSync('a.md', join(linked, 'b.md'))
    await expect(readDirectory(linked)).rejects.toMatchObject({ rule: 'link', file: 'b.md' })
    const special = write({ 'a.md': 'x' }, 'special')
    execFileSync('mkfifo', [join(special, 'pipe')])
    await expect(readDirectory(special)).rejects.toMatchObject({ rule: 'entry_type' })
    await expect(readDirectory(write({ CON: 'x' }, 'device'))).rejects.toMatchObject({
      rule: 'name',
    })
    await expect(readDirectory(write({ a: 'x', A: 'y' }, 'twins'))).rejects.toMatchObject({
      rule: 'twin_name',
    })
    await expect(readDirectory(join(folder, 'nowhere'))).rejects.toMatchObject({ rule: 'io' })
    const many = write({ a: 'xxx', b: 'yyy' }, 'many')
    for (const [limit, value] of [
      ['entries', 1],
      ['file_bytes', 2],
      ['unpacked_bytes', 5],
    ] as const) {
      await expect(readDirectory(many, { limits: { [limit]: value } })).rejects.toMatchObject({
        rule: limit,
      })
      await expect(
        packFiles(mapOf({ a: 'xxx', b: 'yyy' }), join(folder, 'no.tgz'), {
          limits: { [limit]: value },
        }),
      ).rejects.toMatchObject({ rule: limit })
    }
    await expect(
      packFiles(mapOf({ a: noise }), join(folder, 'no.tgz'), { limits: { packed_bytes: 1000 } }),
    ).rejects.toMatchObject({ rule: 'packed_bytes' })
    expect(readdirSync(folder).filter((name) => name.startsWith('no.tgz'))).toEqual([])
    expect(defaultArchiveLimits.entries).toBe(10_000)
  })

  it('stop at their signal', async () => {
    await expect(readDirectory(folder, { signal: AbortSignal.abort() })).rejects.toThrow()
    await expect(
      packFiles(mapOf({ a: 'x' }), join(folder, 'abort.tgz'), { signal: AbortSignal.abort() }),
    ).rejects.toThrow()
  })

  it('match globs without running away', () => {
    const started = performance.now()
    readIgnoreRules(`${'*a'.repeat(40)}b`)('a'.repeat(500), false)
    expect(performance.now() - started).toBeLessThan(3000)
  })
})
