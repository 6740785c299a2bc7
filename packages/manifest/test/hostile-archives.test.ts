import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ArchiveError, readArchive } from '../src/archive/index.ts'
import { hostileArchives } from './hostile-archives.ts'
import { listShared, missingShared, readShared, readSharedJson, sharedPath } from './shared-data.ts'
import { advisoryAnswers } from './advisory-answers.ts'
import { buildTar, buildTarGz, paxEntry } from './tar-builder.ts'

const folder = fileURLToPath(new URL('../../../fixtures/archives', import.meta.url))
const archives = hostileArchives()

async function refusalOf(source: string | Uint8Array): Promise<ArchiveError | undefined> {
  try {
    await readArchive(source)
    return undefined
  } catch (error) {
    if (error instanceof ArchiveError) return error
    throw error
  }
}

describe('hostile archives', () => {
  it.each(
    archives.map(
      (archive) =>
        [
          `[${archive.threats.join('] [')}] ${archive.name}${archive.advisory === undefined ? '' : ` (${archive.advisory})`} is refused by the rule ${archive.rule}`,
          archive,
        ] as const,
    ),
  )('%s', async (_title, archive) => {
    const error = await refusalOf(archive.bytes)
    expect(error?.rule, error?.message).toBe(archive.rule)
    expect(error?.message).toMatch(/expected .+, got:? .+/)
  })

  it('are kept as files under fixtures, each with the rule it breaks', () => {
    const index = archives.map(({ name, rule, threats, advisory }) => ({
      file: name,
      rule,
      threats,
      ...(advisory === undefined ? {} : { advisory }),
    }))
    if (process.env['UPDATE_FIXTURES'] === '1') {
      mkdirSync(folder, { recursive: true })
      for (const { name, bytes } of archives) writeFileSync(join(folder, name), bytes)
      writeFileSync(join(folder, 'refused.json'), `${JSON.stringify(index, null, 2)}\n`)
    }
    expect(JSON.parse(readFileSync(join(folder, 'refused.json'), 'utf8'))).toEqual(index)
    expect(
      readdirSync(folder)
        .filter((name) => name !== 'refused.json')
        .sort(),
    ).toEqual(archives.map(({ name }) => name).sort())
  })

  it('are refused from a file and in small pieces just as from memory', async () => {
    for (const { name, rule, bytes } of archives) {
      if (!existsSync(join(folder, name)) || bytes.length > 100_000) continue
      expect((await refusalOf(join(folder, name)))?.rule, name).toBe(rule)
      await expect(readArchive(inPieces(bytes, 100)), name).rejects.toMatchObject({ rule })
    }
  })

  it('[TA13] refuses a million empty entries at the limit, not at the end', async () => {
    const many = Array.from({ length: 10_050 }, (_, index) => ({ name: `f/${index}` }))
    expect((await refusalOf(buildTar(many)))?.rule).toBe('entries')
  })

  it('[TA8] takes nothing of a mode but the bit to execute', async () => {
    const reading = await readArchive(
      buildTarGz([
        { name: 'setuid', mode: 0o4755, content: 'x' },
        { name: 'open', mode: 0o777, content: 'x' },
        { name: 'closed', mode: 0, content: 'x' },
      ]),
    )
    expect(reading.files.map(({ path, executable }) => [path, executable])).toEqual([
      ['closed', false],
      ['open', true],
      ['setuid', true],
    ])
  })

  it('[TA12] holds the packed size, the sum and single files to their limits', async () => {
    const bytes = buildTarGz([
      { name: 'a', content: 'x'.repeat(600) },
      { name: 'b', content: 'y'.repeat(600) },
    ])
    await expect(readArchive(bytes, { limits: { packed_bytes: 20 } })).rejects.toMatchObject({
      rule: 'packed_bytes',
    })
    await expect(readArchive(bytes, { limits: { unpacked_bytes: 1000 } })).rejects.toMatchObject({
      rule: 'unpacked_bytes',
    })
    await expect(readArchive(bytes, { limits: { file_bytes: 500 } })).rejects.toMatchObject({
      rule: 'file_bytes',
    })
    await expect(readArchive(bytes, { limits: { unpacked_bytes: 1200 } })).resolves.toBeDefined()
  })

  it('stops at its signal', async () => {
    const controller = new AbortController()
    controller.abort()
    await expect(readArchive(buildTarGz([]), { signal: controller.signal })).rejects.toMatchObject({
      rule: 'aborted',
    })
  })
})

const missing = missingShared('vectors/archives')

describe.skipIf(missing !== undefined)(`outside archives ${missing ?? ''}`, () => {
  it('[TA20] refuses every malformed zip of yauzl', async () => {
    const files = listShared('vectors/archives/zip/yauzl-failure')
    expect(files).toHaveLength(16)
    for (const file of files) {
      expect(
        await refusalOf(sharedPath('vectors/archives/zip/yauzl-failure', file)),
        file,
      ).toBeDefined()
    }
  })

  it('reads every good zip of yauzl, and refuses the three no installer may take', async () => {
    const refused = new Map([
      ['sloppy-filenames.zip', 'name'],
      ['traditional-encryption.zip', 'encrypted'],
      // A torture test of a reader, no good archive: see the next test.
      ['unicode-path-extra-field.zip', 'header'],
    ])
    for (const file of listShared('vectors/archives/zip/yauzl-success')) {
      const error = await refusalOf(sharedPath('vectors/archives/zip/yauzl-success', file))
      expect(error?.rule, file).toBe(refused.get(file))
    }
  })

  it('[TA20] refuses the zip with names in extra fields for four faults in its bytes', () => {
    const bytes = readShared('vectors/archives/zip/yauzl-success/unicode-path-extra-field.zip')
    // 1. The entry's own name holds the bytes 0 to 15: NUL and control characters, for a reader without that extra field.
    expect([...bytes.subarray(30, 46)]).toEqual(Array.from({ length: 16 }, (_, index) => index))
    // 2. The local extra field says 27 bytes and its one record takes 25: the other two are the start of a data descriptor,
    expect([bytes.readUInt16LE(28), 4 + bytes.readUInt16LE(48)]).toEqual([27, 25])
    expect(bytes.subarray(71, 75).toString('latin1')).toBe('PK\u0007\u0008')
    // 3. which no flag announces (bit 3 is clear), so that 14 bytes up to the directory at 87 belong to nothing.
    expect(bytes.readUInt16LE(6) & 0x8).toBe(0)
    expect(bytes.readUInt32LE(bytes.length - 6) - (30 + 16 + 27)).toBe(14)
    // 4. The directory names the file four times over (records `up`), three of them unusable; the local header once.
    const count = (part: Buffer): number => part.toString('latin1').split('up').length - 1
    expect([count(bytes.subarray(0, 87)), count(bytes.subarray(87))]).toEqual([1, 4])
  })

  it('[TA20] refuses the tar with a long extended header because its end is not there', async () => {
    const bytes = readShared('vectors/archives/tar/node-tar/long-pax.tar')
    // Header, extended header, header and one block of content: the two blocks of zeros that end a tar are missing, and
    // nothing tells it from one that was cut at a block.
    expect(bytes.length).toBe(6 * 512)
    expect(bytes.subarray(5 * 512, 5 * 512 + 100).every((byte) => byte !== 0)).toBe(true)
    await expect(readArchive(bytes)).rejects.toMatchObject({ rule: 'truncated' })
    const ended = Buffer.concat([bytes, Buffer.alloc(1024)])
    const { files } = await readArchive(ended)
    expect(files).toMatchObject([{ path: `120-byte-filename-${'c'.repeat(102)}`, size: 100 }])
  })

  it('reads and refuses the tars of node-tar by one policy', async () => {
    const read = [
      'body-byte-counts.tar',
      'dir.tar',
      'emptypax.tar',
      'file.tar',
      'null-byte.tar',
      'sync-gzip-fail.tgz',
      'utf8.tar',
    ]
    const files = listShared('vectors/archives/tar/node-tar').filter(
      (file) => !file.endsWith('.json'),
    )
    for (const file of files) {
      const error = await refusalOf(sharedPath('vectors/archives/tar/node-tar', file))
      expect(error === undefined, `${file}: ${error?.message}`).toBe(read.includes(file))
    }
  })

  it('has an answer to every public advisory: an archive, or why it is not about reading', () => {
    const { note: _note, ...groups } = readSharedJson<Record<string, string[][]>>(
      'vectors/archives/advisories.json',
    )
    const ids = Object.values(groups)
      .flat()
      .map(([id = '', second = '']) => (id === '' || id === '(no id found)' ? second : id))
    expect(ids.filter((id) => advisoryAnswers[id] === undefined)).toEqual([])
    const names = new Set(archives.map(({ name }) => name))
    const answers = Object.values(advisoryAnswers).filter((answer) => !answer.includes(' '))
    expect(answers.filter((answer) => !names.has(answer))).toEqual([])
  })

  it('reads names that mean something to JavaScript as names (CVE-2022-48285)', async () => {
    const reading = await readArchive(buildTarGz([{ name: '__proto__/constructor', content: 'x' }]))
    expect(reading.files.map(({ path }) => path)).toEqual(['__proto__/constructor'])
    expect(Object.keys({})).toEqual([])
  })

  it('reads a path that looks like a number as a path (GHSA-w8wr-v893-vjvp)', async () => {
    const reading = await readArchive(
      buildTarGz([paxEntry({ path: '1234567890' }), { name: 'x', content: 'x' }]),
    )
    expect(reading.files.map(({ path }) => path)).toEqual(['1234567890'])
  })
})

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += size)
    yield bytes.subarray(offset, offset + size)
}
