import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Sha256 } from '@mothership/manifest'
import { isAbandoned, ownerPattern, ownerTag } from './file-owner.ts'

/** The part of a package that was received, open for the rest. Nobody else writes to it. */
export interface OpenPart {
  readonly path: string
  /** Digest that the whole must have; part of the file's name. */
  readonly sha256: string
  readonly received: number
  /** Has taken the bytes that were there when it was opened; takes part in the download. */
  readonly hash: Sha256
  write(bytes: Uint8Array): Promise<void>
  /** Whether what was received has the digest. */
  isWhole(): boolean
  /** Lets go of the file, its bytes on the disk. May be called again. */
  close(): Promise<void>
}

/** Part files that downloads of this process are busy with. */
const busy = new Set<string>()

/** Begins a part. */
export async function openPart(file: string, sha256: string): Promise<OpenPart> {
  let number = 0
  while (busy.has(pathOf(file, sha256, number))) number += 1
  const path = pathOf(file, sha256, number)
  busy.add(path)
  try {
    const handle = await open(path, 'w', 0o600)
    return createPart(handle, path, sha256, createHash('sha256'), 0)
  } catch (error) {
    busy.delete(path)
    throw error
  }
}

/**
 * Takes over the longest part that an earlier download of the same file left, of this digest when one is expected.
 * Taking over is a rename, so of two processes only one succeeds.
 */
export async function claimPart(
  file: string,
  expected: string | undefined,
): Promise<OpenPart | undefined> {
  for (const left of await findParts(file)) {
    if (expected !== undefined && left.sha256 !== expected) {
      await rm(left.path, { force: true }) // of another release: nobody goes on with it
      continue
    }
    let number = 0
    while (busy.has(pathOf(file, left.sha256, number))) number += 1
    const path = pathOf(file, left.sha256, number)
    busy.add(path)
    try {
      await rename(left.path, path)
      const handle = await open(path, 'r+')
      const hash = createHash('sha256')
      let received = 0
      for await (const bytes of handle.createReadStream({ autoClose: false, start: 0 })) {
        hash.update(bytes as Buffer) // without an encoding, pieces are buffers
        received += (bytes as Buffer).length
      }
      return createPart(handle, path, left.sha256, hash, received)
    } catch (error) {
      busy.delete(path)
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }
  return undefined
}

function createPart(
  handle: FileHandle,
  path: string,
  sha256: string,
  hash: Hash,
  length: number,
): OpenPart {
  const prefix = hash.copy()
  let received = length
  let closed = false
  return {
    path,
    sha256,
    get received() {
      return received
    },
    hash: { update: (bytes) => void prefix.update(bytes), digest: () => prefix.digest('hex') },
    write: async (bytes) => {
      await handle.writev([bytes], received)
      hash.update(bytes)
      received += bytes.length
    },
    isWhole: () => hash.copy().digest('hex') === sha256,
    close: async () => {
      if (closed) return
      closed = true
      busy.delete(path)
      try {
        await handle.datasync()
      } finally {
        await handle.close()
      }
    },
  }
}

async function findParts(file: string): Promise<{ path: string; sha256: string; size: number }[]> {
  const directory = dirname(file)
  const pattern = new RegExp(`^\\.([0-9a-f]{64})\\.(${ownerPattern})\\.\\d+\\.part$`)
  const found: { path: string; sha256: string; size: number }[] = []
  for (const name of await readdir(directory)) {
    if (!name.startsWith(`.${basename(file)}`)) continue
    const [, sha256, tag] = pattern.exec(name.slice(basename(file).length + 1)) ?? []
    if (sha256 === undefined || tag === undefined) continue
    const path = join(directory, name)
    const info = await stat(path).catch(() => undefined) // taken over by somebody else meanwhile
    if (info === undefined) continue
    const ours = tag === ownerTag && !busy.has(path)
    if (ours || isAbandoned(tag, info.mtimeMs)) found.push({ path, sha256, size: info.size })
  }
  return found.sort((a, b) => b.size - a.size)
}

function pathOf(file: string, sha256: string, number: number): string {
  return join(dirname(file), `.${basename(file)}.${sha256}.${ownerTag}.${number}.part`)
}
