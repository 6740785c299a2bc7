import type { ArchiveLimits, ArchiveReading } from '@mothership/manifest/archive'
import { defaultArchiveLimits } from '@mothership/manifest/archive'
import { randomUUID } from 'node:crypto'
import { basename, dirname, join, resolve } from 'node:path'
import { nodeFileSystem } from '../adapters/node-file-system.ts'
import { InstallerError, toInstallerError } from '../errors.ts'
import type { FileSink, FileSystem } from '../ports/file-system.ts'
import { checkArchive, largestPackageInMemoryBytes } from './check-archive.ts'
import { writeTree } from './write-tree.ts'

/** How an archive is unpacked. */
export interface UnpackOptions {
  /** Bounds; the manifest package's defaults otherwise. */
  readonly limits?: Partial<ArchiveLimits> | undefined
  readonly signal?: AbortSignal | undefined
  /** Bytes of the tree that may be kept in memory between checking and writing; default 64 MiB. */
  readonly memoryBytes?: number | undefined
  /** For tests: the disk. */
  readonly fs?: FileSystem | undefined
}

/** What was unpacked. */
export type UnpackResult = Omit<ArchiveReading, 'contents'>

/**
 * Unpacks a tar, tar.gz or zip into a directory that does not exist yet (or is empty): every entry is checked before
 * the first byte is written, everything is written beside the final path, and the directory appears by one rename.
 * Proves nothing about where the archive comes from; that is `createInstaller`'s part.
 *
 * @param source a path, or the archive's bytes in order
 */
export async function unpackArchive(
  source: string | AsyncIterable<Uint8Array>,
  directory: string,
  options: UnpackOptions = {},
): Promise<UnpackResult> {
  const fs = options.fs ?? nodeFileSystem
  try {
    return await unpack(fs, source, resolve(directory), options)
  } catch (error) {
    throw toInstallerError(error, 'unpack')
  }
}

async function unpack(
  fs: FileSystem,
  source: string | AsyncIterable<Uint8Array>,
  directory: string,
  options: UnpackOptions,
): Promise<UnpackResult> {
  await assertFree(fs, directory)
  const parent = await fs.realPath(dirname(directory))
  const scratch = join(parent, `.unpack-${randomUUID()}`)
  await fs.makeDirectory(scratch, 0o700)
  try {
    const held =
      typeof source === 'string'
        ? source
        : await spool(fs, source, join(scratch, 'package'), options)
    const checked = await checkArchive(held, options)
    const tree = join(scratch, 'new')
    await fs.makeDirectory(tree, 0o755)
    await writeTree(fs, tree, checked, options)
    await assertFree(fs, directory)
    await fs.rename(tree, join(parent, basename(directory)))
    const { contents: _, ...result } = checked.reading
    return result
  } finally {
    await fs.removeTree(scratch)
  }
}

async function assertFree(fs: FileSystem, directory: string): Promise<void> {
  const status = await fs.inspect(directory)
  if (status === undefined) return
  if (status.type === 'directory' && (await fs.list(directory)).length === 0) return
  throw new InstallerError({
    code: 'target_occupied',
    stage: 'unpack',
    rule: 'target.free',
    message: `Expected ${directory} not to exist or to be an empty directory; it is ${status.type === 'directory' ? 'not empty' : `a ${status.type}`}. Choose another.`,
    file: directory,
  })
}

/** Takes the archive in: the bytes when they are few, else the path they were written to. */
async function spool(
  fs: FileSystem,
  source: AsyncIterable<Uint8Array>,
  path: string,
  options: UnpackOptions,
): Promise<string | Uint8Array> {
  const cap = options.limits?.packed_bytes ?? defaultArchiveLimits.packed_bytes
  const pieces: Uint8Array[] = []
  let sink: FileSink | undefined
  try {
    let size = 0
    for await (const piece of source) {
      options.signal?.throwIfAborted()
      size += piece.byteLength
      if (size > cap) {
        throw new InstallerError({
          code: 'package_too_large',
          stage: 'acquire',
          rule: 'limits.packed_bytes',
          message: `Expected at most ${cap} bytes; more came. Raise limits.packed_bytes if you trust the source.`,
        })
      }
      if (sink !== undefined) await sink.write(piece)
      else {
        pieces.push(piece.slice()) // Sources may use their buffer again.
        if (size > largestPackageInMemoryBytes) {
          sink = await fs.createFile(path, 0o600)
          for (const held of pieces.splice(0)) await sink.write(held)
        }
      }
    }
  } finally {
    await sink?.close()
  }
  return sink === undefined ? Buffer.concat(pieces) : path
}
