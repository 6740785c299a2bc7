import { open } from 'node:fs/promises'
import { createSha256, type Sha256, sha256 } from '../crypto/sha256.ts'
import { ArchiveError } from '../errors.ts'
import type { FileEntry, FileMap } from '../formats/file-map.ts'
import { sortTree, type TreeFile, treeDigest } from '../tree/tree-digest.ts'
import { ByteSource } from './byte-source.ts'
import { type ArchiveLimits, defaultArchiveLimits } from './limits.ts'
import { readGzip } from './read-gzip.ts'
import { type ArchiveFile, readTar } from './read-tar.ts'
import { readZip } from './read-zip.ts'

/** A file of an archive as it is handed to whoever writes it. */
export interface ArchiveFileInfo {
  path: string
  executable: boolean
  /** In bytes; exactly as many will come. */
  size: number
}

/** How an archive is read. */
export interface ReadArchiveOptions {
  /** Limits that differ from {@link defaultArchiveLimits}. */
  readonly limits?: Partial<ArchiveLimits>
  readonly signal?: AbortSignal
  /**
   * Takes each file in turn instead of `contents`. The pieces are valid until the next is asked for; what is left unread is
   * skipped. Files are handed over as they come, so an archive may still be refused after some were: write to a place of
   * its own until the reading is answered.
   */
  readonly onFile?: (file: ArchiveFileInfo, content: AsyncIterable<Uint8Array>) => Promise<void>
}

/** What reading found. */
export interface ArchiveReading {
  format: 'tar' | 'tar.gz' | 'zip'
  package_sha256: string
  package_size: number
  tree_sha256: string
  /** Sorted by path. */
  files: TreeFile[]
  /** Empty when `onFile` was given. */
  contents: FileMap
}

/**
 * Reads a package: a path, bytes, or bytes as they arrive. Format is told from the first bytes. Everything is checked while
 * reading: names, types, sizes, limits, checksums, and that nothing lies behind the end. All digests are of the same pass.
 * @throws {ArchiveError} with the rule and, where there is one, the file
 */
export async function readArchive(
  source: string | Uint8Array | AsyncIterable<Uint8Array>,
  options: ReadArchiveOptions = {},
): Promise<ArchiveReading> {
  const limits = { ...defaultArchiveLimits, ...options.limits }
  const opened = await openSource(source, limits)
  try {
    return await readOpened(opened.pieces, limits, options)
  } catch (error) {
    throw options.signal?.aborted === true ? aborted(error) : error
  } finally {
    await opened.close()
  }
}

async function readOpened(
  pieces: AsyncIterable<Uint8Array>,
  limits: ArchiveLimits,
  options: ReadArchiveOptions,
): Promise<ArchiveReading> {
  const package_ = createMeter(limits, options.signal)
  const input = new ByteSource(package_.through(pieces))
  const first = await input.read(265)
  const format = formatOf(first)
  input.unread(first)
  const whole = input.rest()
  const files: TreeFile[] = []
  const contents = new Map<string, FileEntry>()
  try {
    for await (const file of entriesOf(format, whole, limits)) {
      options.signal?.throwIfAborted()
      files.push(
        options.onFile === undefined
          ? await keep(file, contents)
          : await handOver(file, options.onFile),
      )
    }
    for await (const _ of whole); // the digest is of every byte
  } finally {
    await input.close()
  }
  return {
    format,
    package_sha256: package_.digest(),
    package_size: package_.size(),
    tree_sha256: treeDigest(files),
    files: sortTree(files),
    contents,
  }
}

async function* entriesOf(
  format: ArchiveReading['format'],
  whole: AsyncIterable<Uint8Array>,
  limits: ArchiveLimits,
): AsyncGenerator<ArchiveFile> {
  switch (format) {
    case 'zip':
      yield* readZip(whole, limits)
      return
    case 'tar':
      yield* readTar(new ByteSource(whole), limits)
      return
    case 'tar.gz': {
      const tar = new ByteSource(readGzip(whole, limits))
      try {
        yield* readTar(tar, limits)
      } finally {
        await tar.close()
      }
      return
    }
    default:
      format satisfies never
  }
}

function formatOf(first: Uint8Array): ArchiveReading['format'] {
  if (first[0] === 0x1f && first[1] === 0x8b) return 'tar.gz'
  if (first[0] === 0x50 && first[1] === 0x4b) return 'zip'
  if (first.length === 265) return 'tar'
  throw new ArchiveError(
    'format',
    'expected a tar, tar.gz or zip archive, got another file: pack the folder first',
  )
}

/** Reads a file into memory. What a header claims is never allocated at once beyond one large piece. */
async function keep(file: ArchiveFile, contents: Map<string, FileEntry>): Promise<TreeFile> {
  const pieces: Uint8Array[] = []
  for (;;) {
    const piece = file.tryNext() ?? (await file.next())
    if (piece.length === 0) break
    pieces.push(Uint8Array.from(piece)) // a copy: the piece belongs to its reader
  }
  const bytes = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : joinPieces(pieces)
  contents.set(file.path, { bytes, executable: file.executable })
  return { path: file.path, sha256: sha256(bytes), size: bytes.length, executable: file.executable }
}

async function handOver(
  file: ArchiveFile,
  onFile: NonNullable<ReadArchiveOptions['onFile']>,
): Promise<TreeFile> {
  const hash = createSha256()
  const content = hashed(file, hash)
  await onFile({ path: file.path, executable: file.executable, size: file.size }, content)
  for (;;) {
    const piece = file.tryNext() ?? (await file.next())
    if (piece.length === 0) break
    hash.update(piece)
  }
  return { path: file.path, sha256: hash.digest(), size: file.size, executable: file.executable }
}

async function* hashed(file: ArchiveFile, hash: Sha256): AsyncGenerator<Uint8Array> {
  for (;;) {
    const piece = file.tryNext() ?? (await file.next())
    if (piece.length === 0) return
    hash.update(piece)
    yield piece
  }
}

function joinPieces(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let offset = 0
  for (const piece of pieces) {
    joined.set(piece, offset)
    offset += piece.length
  }
  return joined
}

interface Meter {
  through(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>
  digest(): string
  size(): number
}

/** Counts and hashes the archive itself on its way in. */
function createMeter(limits: ArchiveLimits, signal: AbortSignal | undefined): Meter {
  const hash = createSha256()
  let size = 0
  return {
    async *through(pieces) {
      for await (const piece of pieces) {
        signal?.throwIfAborted()
        size += piece.length
        if (size > limits.packed_bytes) tooLarge(limits)
        hash.update(piece)
        yield piece
      }
    },
    digest: () => hash.digest(),
    size: () => size,
  }
}

async function openSource(
  source: string | Uint8Array | AsyncIterable<Uint8Array>,
  limits: ArchiveLimits,
): Promise<{ pieces: AsyncIterable<Uint8Array>; close: () => Promise<void> }> {
  if (source instanceof Uint8Array) {
    if (source.length > limits.packed_bytes) tooLarge(limits)
    return { pieces: single(source), close: async () => undefined }
  }
  if (typeof source !== 'string') return { pieces: source, close: async () => undefined }
  const handle = await open(source, 'r').catch((cause: unknown) => {
    throw new ArchiveError('io', 'expected a readable archive file, got none: check the path', {
      file: source,
      cause,
    })
  })
  const { size } = await handle.stat()
  if (size > limits.packed_bytes) {
    await handle.close()
    tooLarge(limits)
  }
  const pieces = handle.createReadStream({ autoClose: false, highWaterMark: 1024 * 1024 })
  return {
    pieces,
    close: async () => {
      pieces.destroy()
      await handle.close()
    },
  }
}

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function aborted(cause: unknown): ArchiveError {
  return cause instanceof ArchiveError
    ? cause
    : new ArchiveError('aborted', 'reading was stopped by its signal', { cause })
}

function tooLarge(limits: ArchiveLimits): never {
  throw new ArchiveError(
    'packed_bytes',
    `expected an archive of at most ${limits.packed_bytes} bytes, got more: split the package`,
  )
}
