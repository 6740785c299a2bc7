import { once } from 'node:events'
import { open, rename, rm } from 'node:fs/promises'
import { crc32, createDeflateRaw } from 'node:zlib'
import { createSha256, sha256 } from '../crypto/sha256.ts'
import { ArchiveError } from '../errors.ts'
import type { FileMap } from '../formats/file-map.ts'
import { sortTree, type TreeFile, treeDigest } from '../tree/tree-digest.ts'
import { type ArchiveLimits, defaultArchiveLimits } from './limits.ts'
import { assertPackagePath, createNameRegister } from './name-policy.ts'
import { readDirectory, type ReadDirectoryOptions } from './read-directory.ts'
import { ratioFreeBytes } from './read-gzip.ts'
import { assertSize } from './read-tar.ts'
import { blockBytes, writeTarHeader } from './tar-header.ts'

/** What packing made. */
export interface PackResult {
  package_sha256: string
  package_size: number
  tree_sha256: string
  /** Sorted by path. */
  files: TreeFile[]
}

/** How files are packed. */
export interface PackFilesOptions {
  readonly limits?: Partial<ArchiveLimits>
  readonly signal?: AbortSignal
}

/**
 * Packs a folder as tar.gz, reproducibly: sorted, no times and owners, modes 644 and 755. What ignore files name is left
 * out, links are refused.
 * @throws {ArchiveError}
 */
export async function packDirectory(
  directory: string,
  outFile: string,
  options: ReadDirectoryOptions = {},
): Promise<PackResult> {
  return packFiles(await readDirectory(directory, options), outFile, options)
}

/**
 * Packs files as tar.gz; see {@link packDirectory}. The archive appears at its path complete or not at all.
 * @throws {ArchiveError} for whatever the reader would refuse
 */
export async function packFiles(
  files: FileMap,
  outFile: string,
  options: PackFilesOptions = {},
): Promise<PackResult> {
  const limits = { ...defaultArchiveLimits, ...options.limits }
  const tree = listTree(files, limits)
  const partial = `${outFile}.partial-${process.pid}`
  try {
    // Content that shrinks more than readers allow is stored as it is: whatever packs can be read.
    const packed =
      (await writePackage(partial, files, tree, limits, 9, options.signal)) ??
      (await writePackage(partial, files, tree, limits, 0, options.signal))
    if (packed === undefined || packed.size > limits.packed_bytes) {
      throw new ArchiveError(
        'packed_bytes',
        `expected a package of at most ${limits.packed_bytes} bytes, got more: leave something out`,
      )
    }
    await rename(partial, outFile)
    return {
      package_sha256: packed.digest,
      package_size: packed.size,
      tree_sha256: treeDigest(tree),
      files: tree,
    }
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

/** Writes the archive; `undefined` when it came out smaller than the ratio of readers allows. */
async function writePackage(
  path: string,
  files: FileMap,
  tree: readonly TreeFile[],
  limits: ArchiveLimits,
  level: 0 | 9,
  signal: AbortSignal | undefined,
): Promise<{ digest: string; size: number } | undefined> {
  const file = await open(path, 'w', 0o644)
  try {
    const hash = createSha256()
    let size = 0
    let unpacked = 0
    for await (const piece of gzip(
      counted(tarPieces(files, tree), (more) => (unpacked += more)),
      level,
    )) {
      signal?.throwIfAborted()
      size += piece.length
      hash.update(piece)
      await file.writeFile(piece)
    }
    return unpacked > ratioFreeBytes && unpacked > size * limits.ratio
      ? undefined
      : { digest: hash.digest(), size }
  } finally {
    await file.close()
  }
}

function* counted(
  pieces: Iterable<Uint8Array>,
  count: (bytes: number) => void,
): Generator<Uint8Array> {
  for (const piece of pieces) {
    count(piece.length)
    yield piece
  }
}

/**
 * The file list of a package, sorted, each name and size held to what reading accepts.
 * @throws {ArchiveError}
 */
export function listTree(files: FileMap, limits: ArchiveLimits = defaultArchiveLimits): TreeFile[] {
  const names = createNameRegister()
  const folders = new Set<string>()
  let unpacked = 0
  const tree = sortTree(
    [...files].map(([path, { bytes, executable }]) => ({
      path,
      sha256: sha256(bytes),
      size: bytes.length,
      executable,
    })),
  )
  for (const { path, size } of tree) {
    assertPackagePath(path, limits.depth)
    names.add(path, 'file')
    folders.add(path)
    unpacked += size
    assertSize(path, size, unpacked, limits)
  }
  if (folders.size > limits.entries) {
    throw new ArchiveError(
      'entries',
      `expected at most ${limits.entries} files, got ${folders.size}: leave some out`,
    )
  }
  return tree
}

function* tarPieces(files: FileMap, tree: readonly TreeFile[]): Generator<Uint8Array> {
  for (const { path, size, executable } of tree) {
    const name = encoder.encode(path)
    if (name.length > 100) yield* paxPieces(path)
    yield writeTarHeader(name.subarray(0, 100), size, '0', executable)
    const bytes = files.get(path)?.bytes ?? new Uint8Array()
    yield bytes
    yield new Uint8Array((blockBytes - (size % blockBytes)) % blockBytes)
  }
  yield new Uint8Array(2 * blockBytes)
}

/** A name that does not fit its field stands in an extended header before the entry. */
function* paxPieces(path: string): Generator<Uint8Array> {
  const body = encoder.encode(` path=${path}\n`)
  let length = body.length
  while (length !== body.length + String(length).length)
    length = body.length + String(length).length
  const record = new Uint8Array(Math.ceil(length / blockBytes) * blockBytes)
  record.set(encoder.encode(String(length)))
  record.set(body, String(length).length)
  yield writeTarHeader(encoder.encode('pax'), length, 'x', false)
  yield record
}

const encoder = new TextEncoder()

/** One gzip member whose header says nothing of time and system. */
async function* gzip(pieces: Iterable<Uint8Array>, level: 0 | 9): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff)
  const deflate = createDeflateRaw({ level, chunkSize: 256 * 1024 })
  const trailer = { crc: 0, size: 0 }
  const feeding = (async () => {
    for (const piece of pieces) {
      if (piece.length === 0) continue
      trailer.crc = crc32(piece, trailer.crc)
      trailer.size += piece.length
      if (!deflate.write(piece)) await once(deflate, 'drain')
    }
    deflate.end()
  })()
  feeding.catch((error: Error) => deflate.destroy(error))
  for await (const piece of deflate as AsyncIterable<Uint8Array>) yield piece
  await feeding
  const end = new DataView(new ArrayBuffer(8))
  end.setUint32(0, trailer.crc, true)
  end.setUint32(4, trailer.size % 2 ** 32, true)
  yield new Uint8Array(end.buffer)
}
