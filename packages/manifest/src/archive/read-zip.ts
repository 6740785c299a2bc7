import { promisify } from 'node:util'
import { crc32, inflateRaw } from 'node:zlib'
import { type Entry, fromBuffer, type ZipFile } from 'yauzl'
import { ArchiveError } from '../errors.ts'
import type { ArchiveLimits } from './limits.ts'
import { assertPackagePath, createNameRegister } from './name-policy.ts'
import { type ArchiveFile, assertSize } from './read-tar.ts'
import { assertZipEnd, readZipLocalHeader, type ZipLocalHeader } from './zip-records.ts'

/**
 * Reads a zip entry by entry. yauzl reads the central directory; checked around it are what readers differ on: what the
 * local headers say, that entries fill the file without overlap, encryption, links by mode bits, checksums, and the end.
 */
export async function* readZip(
  source: AsyncIterable<Uint8Array>,
  limits: ArchiveLimits,
): AsyncGenerator<ArchiveFile> {
  const archive = await collect(source)
  const directoryStart = assertZipEnd(archive)
  const zip = await openZip(archive)
  const located: { entry: Entry; local: ZipLocalHeader }[] = []
  const names = createNameRegister()
  let unpacked = 0
  for await (const entry of centralEntries(zip)) {
    if (located.length >= limits.entries) {
      throw new ArchiveError(
        'entries',
        `expected at most ${limits.entries} files and folders, got more: split the package`,
      )
    }
    const path = entry.fileName.replace(/\/$/, '')
    assertEntry(entry, path)
    assertPackagePath(path, limits.depth)
    const isDirectory = entry.fileName.endsWith('/')
    names.add(path, isDirectory ? 'directory' : 'file')
    unpacked += entry.uncompressedSize
    assertSize(path, entry.uncompressedSize, unpacked, limits)
    assertRatio(path, entry, limits)
    located.push({ entry, local: readZipLocalHeader(archive, entry, path) })
  }
  assertContiguous(archive, located, directoryStart)
  for (const { entry, local } of located) {
    const path = entry.fileName.replace(/\/$/, '')
    const content = await unpackEntry(archive, entry, local, path)
    if (!entry.fileName.endsWith('/')) yield createFile(path, entry, content)
  }
}

/** Everything is checked on whole entries of at most one file's limit, so that a piece handed on is a proved one. */
async function unpackEntry(
  archive: Buffer,
  entry: Entry,
  local: ZipLocalHeader,
  path: string,
): Promise<Uint8Array> {
  const data = archive.subarray(local.dataStart, local.dataStart + entry.compressedSize)
  const content = entry.compressionMethod === 0 ? data : await inflate(data, entry, path)
  if (crc32(content) !== entry.crc32) {
    throw new ArchiveError(
      'checksum',
      'expected the checksum of the file to fit, got another: fetch the archive again',
      {
        file: path,
      },
    )
  }
  return content
}

async function inflate(data: Uint8Array, entry: Entry, path: string): Promise<Uint8Array> {
  let result: { buffer: Uint8Array; engine: { bytesWritten: number } }
  try {
    const options = { maxOutputLength: entry.uncompressedSize + 1, info: true }
    result = (await inflateRawAsync(data, options)) as unknown as typeof result
  } catch (cause) {
    throw new ArchiveError(
      'compression',
      'expected deflated data of the size it names, got other: fetch the archive again',
      {
        file: path,
        cause,
      },
    )
  }
  if (
    result.buffer.length !== entry.uncompressedSize ||
    result.engine.bytesWritten !== data.length
  ) {
    throw new ArchiveError(
      'size',
      'expected the sizes the directory names, got others: fetch the archive again',
      {
        file: path,
      },
    )
  }
  return result.buffer
}

const inflateRawAsync = promisify(inflateRaw)

function createFile(path: string, entry: Entry, content: Uint8Array): ArchiveFile {
  let left: Uint8Array = content
  function take(): Uint8Array {
    const piece = left
    left = left.subarray(left.length)
    return piece
  }
  return {
    path,
    size: content.length,
    executable: isUnix(entry) && ((entry.externalFileAttributes >>> 16) & 0o111) !== 0,
    tryNext: take,
    next: async () => take(),
  }
}

function assertEntry(entry: Entry, path: string): void {
  const flags = entry.generalPurposeBitFlag
  if ((flags & 0x2041) !== 0) refuse('encrypted', 'plain files', 'an encrypted one', path)
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    refuse('compression', 'stored or deflated files', `method ${entry.compressionMethod}`, path)
  }
  const isDirectory = entry.fileName.endsWith('/')
  if (isDirectory && entry.uncompressedSize !== 0) {
    refuse('size', 'folders without content', 'some', path)
  }
  const type = isUnix(entry) ? (entry.externalFileAttributes >>> 16) & 0o170000 : 0
  if (type === 0o120000) refuse('link', 'files and folders', 'a link', path)
  if (type !== 0 && type !== (isDirectory ? 0o040000 : 0o100000)) {
    refuse('entry_type', isDirectory ? 'a folder' : 'a file', 'another type by its mode', path)
  }
}

/** Made on Unix or macOS: the upper half of the attributes is a mode. Other systems may leave one there too. */
function isUnix(entry: Entry): boolean {
  return entry.externalFileAttributes >>> 16 !== 0
}

function assertRatio(path: string, entry: Entry, limits: ArchiveLimits): void {
  const free = 1024 * 1024
  if (
    entry.uncompressedSize > free &&
    entry.uncompressedSize > entry.compressedSize * limits.ratio
  ) {
    refuse('ratio', `at most ${limits.ratio} times the compressed size`, 'more', path)
  }
}

/** Entries lie one behind the other from the first byte to the directory: nothing overlaps, nothing hides between. */
function assertContiguous(
  archive: Buffer,
  located: readonly { entry: Entry; local: ZipLocalHeader }[],
  directoryStart: number,
): void {
  const spans = located
    .map(({ entry, local }) => ({
      ...local,
      entry,
      dataEnd: local.dataStart + entry.compressedSize,
    }))
    .sort((left, right) => left.start - right.start)
  let position = 0
  for (const [index, span] of spans.entries()) {
    if (span.start !== position) {
      refuse('header', 'entries one behind the other', 'a gap or an overlap')
    }
    const next = spans[index + 1]?.start ?? directoryStart
    if (!isDescriptor(archive.subarray(span.dataEnd, next), span.entry, span.hasDescriptor)) {
      refuse('header', 'entries one behind the other', 'a gap or an overlap')
    }
    position = next
  }
  if (position !== directoryStart) {
    refuse('trailing_data', 'nothing before the directory', 'more bytes')
  }
}

/** Between content and next entry only a data descriptor may stand, and it must say what the directory says (APPNOTE 4.3.9). */
function isDescriptor(bytes: Buffer, entry: Entry, isRequired: boolean): boolean {
  if (bytes.length === 0) return !isRequired
  if (![12, 16, 20, 24].includes(bytes.length)) return false
  const isSigned = bytes.length === 16 || bytes.length === 24
  if (isSigned && bytes.readUInt32LE(0) !== 0x08074b50) return false
  const values = bytes.subarray(isSigned ? 4 : 0)
  const isWide = values.length === 20
  const read = (offset: number): number =>
    isWide ? Number(values.readBigUInt64LE(offset)) : values.readUInt32LE(offset)
  return (
    values.readUInt32LE(0) === entry.crc32 &&
    read(4) === entry.compressedSize &&
    read(isWide ? 12 : 8) === entry.uncompressedSize
  )
}

async function* centralEntries(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const entry = await new Promise<Entry | undefined>((resolve, reject) => {
      zip.once('entry', resolve)
      zip.once('end', () => resolve(undefined))
      zip.once('error', (cause: Error) => reject(yauzlError(cause)))
      zip.readEntry()
    })
    zip.removeAllListeners('entry').removeAllListeners('end').removeAllListeners('error')
    if (entry === undefined) return
    yield entry
  }
}

function openZip(archive: Buffer): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    const options = { lazyEntries: true, strictFileNames: true, validateEntrySizes: true }
    fromBuffer(archive, options, (error, zip) => {
      if (error === null) resolve(zip)
      else reject(yauzlError(error))
    })
  })
}

function yauzlError(cause: Error): ArchiveError {
  const isName = /fileName|relative path|absolute path/.test(cause.message)
  const rule = isName ? 'name' : /encrypt/.test(cause.message) ? 'encrypted' : 'header'
  return new ArchiveError(rule, `expected a well-formed zip, got: ${cause.message.slice(0, 200)}`, {
    cause,
  })
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of source) pieces.push(piece)
  return Buffer.concat(pieces)
}

function refuse(
  rule:
    | 'encrypted'
    | 'compression'
    | 'size'
    | 'link'
    | 'entry_type'
    | 'ratio'
    | 'header'
    | 'trailing_data',
  expected: string,
  received: string,
  file?: string,
): never {
  throw new ArchiveError(
    rule,
    `expected ${expected}, got ${received}: pack the folder anew`,
    file === undefined ? {} : { file },
  )
}
