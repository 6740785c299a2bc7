import { lstatSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { InstallerError, unpackArchive } from '../../src/index.ts'
import { createRandom, mutate } from './mutate.ts'
import { paxRecord, rawTar } from './raw-tar.ts'
import { rawZip } from './raw-zip.ts'
import { temporaryDirectory } from './satellite.ts'

const tar = rawTar([
  { name: 'dir/', type: '5' },
  { name: 'dir/a.txt', content: 'a'.repeat(700) },
  { name: 'p', type: 'x', content: paxRecord('path', 'dir/long-name.txt') },
  { name: 'short', content: 'b' },
  { name: 'run.sh', content: '#!/bin/sh\n', mode: 0o755 },
])
const zip = rawZip([
  { name: 'dir/a.txt', content: 'a'.repeat(700) },
  { name: 'run.sh', content: '#!/bin/sh\n', mode: 0o100755 },
])

const packed = gzipSync(tar, { level: 1 })

// Every tenth comes from a file, which costs a megabyte of buffers each; the others as a stream.
const fromFile = 10

/** Unpacks that many damaged archives and expects of each: unpacked below its root, or one typed refusal. */
export async function runMutations(
  count: number,
  seed: number,
): Promise<{ readonly unpacked: number }> {
  const random = createRandom(seed)
  const root = temporaryDirectory()
  const archive = join(root, 'archive')
  const out = join(root, 'out')
  let unpacked = 0
  for (let index = 0; index < count; index += 1) {
    const which = random(4)
    const bytes = which === 0 ? mutate(zip, random) : mutate(tar, random)
    const whole = which === 1 ? gzipSync(bytes, { level: 1 }) : bytes
    const damaged = which === 2 ? mutate(packed, random) : whole
    if (index % fromFile === 0) writeFileSync(archive, damaged)
    try {
      await unpackArchive(index % fromFile === 0 ? archive : streamed(damaged), out)
      unpacked += 1
      expectPlain(out)
      rmSync(out, { recursive: true })
    } catch (error) {
      if (!(error instanceof InstallerError)) throw error
      expect(error.code).toBe('archive_refused')
    }
    const left = readdirSync(root)
    if (left.length !== 1) throw new Error(`round ${index} of seed ${seed} left ${left.join(', ')}`)
  }
  return { unpacked }
}

async function* streamed(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Files and directories only, with the modes of an unpacked tree. */
function expectPlain(directory: string): void {
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const status = lstatSync(join(directory, name))
    const mode = status.mode & 0o7777
    if (
      status.isDirectory() ? mode !== 0o755 : !status.isFile() || (mode !== 0o644 && mode !== 0o755)
    ) {
      throw new Error(`${name} has mode ${mode.toString(8)}`)
    }
  }
}
