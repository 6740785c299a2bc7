import type { Entry } from 'yauzl'
import { ArchiveError } from '../errors.ts'

/** Where an entry lies, and what its local header says. */
export interface ZipLocalHeader {
  start: number
  dataStart: number
  hasDescriptor: boolean
}

const endSignature = 0x06054b50
const end64Signature = 0x06064b50
const locator64Signature = 0x07064b50
const localSignature = 0x04034b50

/**
 * Checks that a zip has one end record, at its very end, right behind its directory, and answers where the directory starts.
 * @throws {ArchiveError} `truncated`, `trailing_data`, `header`
 */
export function assertZipEnd(archive: Buffer): number {
  const end = findEnd(archive)
  const comment = archive.subarray(end + 22)
  if (comment.length !== archive.readUInt16LE(end + 20)) {
    refuse('trailing_data', 'nothing after the end of the archive', 'more bytes')
  }
  if (comment.includes('PK')) refuse('trailing_data', 'one end record', 'the beginning of another')
  const thisDisk = archive.readUInt16LE(end + 4)
  const directoryDisk = archive.readUInt16LE(end + 6)
  if (
    (thisDisk !== 0 && thisDisk !== 0xffff) ||
    (directoryDisk !== 0 && directoryDisk !== 0xffff)
  ) {
    refuse('unsupported', 'an archive in one part', 'one of several')
  }
  const isZip64 = end >= 20 && archive.readUInt32LE(end - 20) === locator64Signature
  const { size, start, behind, entries } = isZip64 ? readEnd64(archive, end) : readEnd(archive, end)
  if (start + size !== behind) {
    refuse('header', 'the directory right before the end record', 'other bytes between')
  }
  if (entries * 46 > size) refuse('header', 'as many entries as the directory has room for', 'more')
  return start
}

/**
 * Reads the local header of an entry and compares it with the directory: readers that go by one and readers that go by the
 * other must see the same.
 * @throws {ArchiveError} `header`
 */
export function readZipLocalHeader(archive: Buffer, entry: Entry, path: string): ZipLocalHeader {
  const start = entry.relativeOffsetOfLocalHeader
  if (start + 30 > archive.length || archive.readUInt32LE(start) !== localSignature) {
    refuse('header', 'a local header where the directory names one', 'other bytes', path)
  }
  const nameStart = start + 30
  const nameLength = archive.readUInt16LE(start + 26)
  const name = archive.subarray(nameStart, nameStart + nameLength)
  const flags = archive.readUInt16LE(start + 6)
  const hasDescriptor = (flags & 0x08) !== 0
  const same =
    name.equals(rawNameOf(entry)) &&
    flags === entry.generalPurposeBitFlag &&
    archive.readUInt16LE(start + 8) === entry.compressionMethod &&
    sameValue(archive.readUInt32LE(start + 14), entry.crc32, hasDescriptor) &&
    sameValue(archive.readUInt32LE(start + 18), entry.compressedSize, hasDescriptor) &&
    sameValue(archive.readUInt32LE(start + 22), entry.uncompressedSize, hasDescriptor)
  if (!same) refuse('header', 'local header and directory to agree', 'different values', path)
  const dataStart = nameStart + nameLength + archive.readUInt16LE(start + 28)
  if (dataStart + entry.compressedSize > archive.length) {
    refuse('truncated', 'the content', 'the end of the archive', path)
  }
  return { start, dataStart, hasDescriptor }
}

/** With a data descriptor the local header may hold zeros; beyond 4 GiB it holds all ones (zip64). */
function sameValue(local: number, central: number, hasDescriptor: boolean): boolean {
  return local === central || (hasDescriptor && local === 0) || local === 0xffffffff
}

function rawNameOf(entry: Entry): Buffer {
  const raw: unknown = 'fileNameRaw' in entry ? entry.fileNameRaw : undefined
  return raw instanceof Uint8Array ? Buffer.from(raw) : Buffer.from(entry.fileName)
}

/** The last end record whose comment reaches the end of the file exactly; looked for where one may lie. */
function findEnd(archive: Buffer): number {
  const lowest = Math.max(0, archive.length - 22 - 0xffff)
  for (let offset = archive.length - 22; offset >= lowest; offset -= 1) {
    if (archive.readUInt32LE(offset) === endSignature) return offset
  }
  return refuse('truncated', 'the end record of a zip', 'none')
}

interface DirectoryPlace {
  start: number
  size: number
  /** Where the records behind the directory begin. */
  behind: number
  entries: number
}

function readEnd(archive: Buffer, end: number): DirectoryPlace {
  return {
    start: archive.readUInt32LE(end + 16),
    size: archive.readUInt32LE(end + 12),
    behind: end,
    entries: archive.readUInt16LE(end + 10),
  }
}

function readEnd64(archive: Buffer, end: number): DirectoryPlace {
  const record = Number(archive.readBigUInt64LE(end - 20 + 8))
  if (record + 56 > end - 20 || archive.readUInt32LE(record) !== end64Signature) {
    refuse('header', 'a zip64 end record where its locator names one', 'other bytes')
  }
  const recordSize = Number(archive.readBigUInt64LE(record + 4)) + 12
  if (record + recordSize !== end - 20) {
    refuse('header', 'the zip64 end record right before its locator', 'other bytes between')
  }
  return {
    start: Number(archive.readBigUInt64LE(record + 48)),
    size: Number(archive.readBigUInt64LE(record + 40)),
    behind: record,
    entries: Number(archive.readBigUInt64LE(record + 32)),
  }
}

function refuse(
  rule: 'truncated' | 'trailing_data' | 'header' | 'unsupported',
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
