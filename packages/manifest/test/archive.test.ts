import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync, mkdirSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packDirectory, packFiles, readArchive, readDirectory } from '../src/archive/index.ts'

describe('packages', () => {
  it('are read back as they were packed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pack-'))
    mkdirSync(join(folder, 'src/scripts'), { recursive: true })
    writeFileSync(join(folder, 'src/SKILL.md'), '# hi\n')
    writeFileSync(join(folder, 'src/scripts/run.sh'), '#!/bin/sh\n')
    chmodSync(join(folder, 'src/scripts/run.sh'), 0o755)
    writeFileSync(join(folder, 'src', `${'long'.repeat(40)}.md`), 'x'.repeat(2000))
    writeFileSync(
      join(folder, 'src', 'big.bin'),
      Buffer.from(Array.from({ length: 400_000 }, (_, n) => String((n * 7919) % 65_537)).join(' ')),
    )
    const packed = await packDirectory(join(folder, 'src'), join(folder, 'out.tgz'))
    const reading = await readArchive(join(folder, 'out.tgz'))
    expect(reading.files).toEqual(packed.files)
    expect(reading.tree_sha256).toBe(packed.tree_sha256)
    expect(reading.package_sha256).toBe(packed.package_sha256)
    expect(reading.package_size).toBe(packed.package_size)
    for (const [path, file] of await readDirectory(join(folder, 'src'))) {
      expect(Buffer.compare(file.bytes, reading.contents.get(path)?.bytes ?? Buffer.of())).toBe(0)
    }
    const listing = execFileSync('tar', ['-tzf', join(folder, 'out.tgz')], { encoding: 'utf8' })
    expect(listing.trim().split('\n').sort()).toEqual(packed.files.map((file) => file.path).sort())
    execFileSync('tar', ['-czf', join(folder, 'sys.tgz'), '-C', join(folder, 'src'), '.'])
    expect((await readArchive(readFileSync(join(folder, 'sys.tgz')))).tree_sha256).toBe(
      packed.tree_sha256,
    )
    execFileSync('tar', ['-cf', join(folder, 'sys.tar'), '-C', join(folder, 'src'), '.'])
    expect((await readArchive(join(folder, 'sys.tar'))).tree_sha256).toBe(packed.tree_sha256)
    expect((await packFiles(reading.contents, join(folder, 'again.tgz'))).package_sha256).toBe(
      packed.package_sha256,
    )
  })
})
