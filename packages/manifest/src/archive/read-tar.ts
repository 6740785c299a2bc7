import { ArchiveError } from '../errors.ts'
import type { ByteSource } from './byte-source.ts'
import type { ArchiveLimits } from './limits.ts'
import { assertPackagePath, createNameRegister } from './name-policy.ts'
import { maxPaxBytes, type PaxRecords, readPaxRecords } from './pax-records.ts'
import { blockBytes, decodeName, isZeroBlock, readTarHeader, type TarHeader } from './tar-header.ts'

/** One file of an archive; its content must be read, or left, before the next is asked for. */
export interface ArchiveFile {
  path: string
  size: number
  executable: boolean
  /** Next piece of the content that needs no waiting, if there is one. Pieces are valid until the next call. */
  tryNext(): Uint8Array | undefined
  /** Next piece of the content, empty at its end. */
  next(): Promise<Uint8Array>
}

/**
 * Reads a tar entry by entry and checks everything on the way; an entry is handed on only when its name, type and size are
 * accepted. What `tar` would read leniently is refused: see the rules of {@link ArchiveError}.
 */
export async function* readTar(
  source: ByteSource,
  limits: ArchiveLimits,
): AsyncGenerator<ArchiveFile> {
  const names = createNameRegister()
  let entries = 0
  let unpacked = 0
  for (;;) {
    const header = await nextEntry(source)
    if (header === undefined) break
    entries += 1
    if (entries > limits.entries) {
      throw new ArchiveError(
        'entries',
        `expected at most ${limits.entries} files and folders, got more: split the package`,
      )
    }
    const path = normalizeName(header)
    if (path === undefined) continue
    assertPackagePath(path, limits.depth)
    names.add(path, header.type === 'directory' ? 'directory' : 'file')
    if (header.type === 'directory') continue
    unpacked += header.size
    assertSize(path, header.size, unpacked, limits)
    const file = createFile(source, path, header)
    yield file
    while ((file.tryNext() ?? (await file.next())).length > 0); // what nobody read is skipped
    await skip(source, (blockBytes - (header.size % blockBytes)) % blockBytes, path)
  }
  await assertOnlyZeros(source)
}

/**
 * Checks sizes against the limits before a byte of the file is taken.
 * @throws {ArchiveError} `file_bytes`, `unpacked_bytes`
 */
export function assertSize(
  path: string,
  size: number,
  unpacked: number,
  limits: ArchiveLimits,
): void {
  if (size > limits.file_bytes) {
    throw new ArchiveError(
      'file_bytes',
      `expected files of at most ${limits.file_bytes} bytes, got ${size}: leave it out or split it`,
      { file: path },
    )
  }
  if (unpacked > limits.unpacked_bytes) {
    throw new ArchiveError(
      'unpacked_bytes',
      `expected at most ${limits.unpacked_bytes} bytes of content, got more: split the package`,
      { file: path },
    )
  }
}

/** The next header of a file or folder, with what extended headers before it said; none at the end mark. */
async function nextEntry(source: ByteSource): Promise<TarHeader | undefined> {
  let pax: PaxRecords | undefined
  let longName: string | undefined
  for (;;) {
    const block = source.tryRead(blockBytes) ?? (await source.read(blockBytes))
    if (block.length < blockBytes) truncated('the end mark')
    if (block[0] === 0 && isZeroBlock(block)) {
      if (pax !== undefined || longName !== undefined) truncated('the entry of an extended header')
      await assertSecondZeroBlock(source)
      return undefined
    }
    const header = readTarHeader(block)
    if (header.type === 'file' || header.type === 'directory') {
      return withExtensions(header, pax, longName)
    }
    if (pax !== undefined || longName !== undefined) {
      throw new ArchiveError(
        'header',
        'expected an entry after its extended header, got another extended header: pack the folder anew',
      )
    }
    const body = await readExtension(source, header)
    if (header.type === 'pax') pax = readPaxRecords(body, 'entry')
    else if (header.type === 'pax_global') readPaxRecords(body, 'global')
    else longName = readLongName(body)
  }
}

function withExtensions(
  header: TarHeader,
  pax: PaxRecords | undefined,
  longName: string | undefined,
): TarHeader {
  const name = pax?.path ?? longName ?? header.name
  if (pax?.size !== undefined && pax.size !== header.size) {
    throw new ArchiveError(
      'size',
      `expected one size of an entry, got ${header.size} in its header and ${pax.size} in the extended one: pack the folder anew`,
      { file: name.slice(0, 200) },
    )
  }
  const type = header.type === 'file' && name.endsWith('/') ? 'directory' : header.type
  if (type === 'directory' && header.size !== 0) {
    throw new ArchiveError(
      'size',
      'expected folders without content, got some: pack the folder anew',
      {
        file: name.slice(0, 200),
      },
    )
  }
  return { ...header, name, type }
}

async function readExtension(source: ByteSource, header: TarHeader): Promise<Uint8Array> {
  if (header.size > maxPaxBytes) {
    throw new ArchiveError(
      'header',
      `expected extended headers of at most ${maxPaxBytes} bytes, got ${header.size}: pack the folder anew`,
    )
  }
  const padded = Math.ceil(header.size / blockBytes) * blockBytes
  const bytes = await source.read(padded)
  if (bytes.length < padded) truncated('an extended header')
  return bytes.slice(0, header.size)
}

function readLongName(body: Uint8Array): string {
  const end = body.indexOf(0)
  return decodeName(end < 0 ? body : body.subarray(0, end))
}

/** `tar -C folder .` writes `./` before every name; folders end in a slash. The root itself is no entry. */
function normalizeName(header: TarHeader): string | undefined {
  const relative = header.name.startsWith('./') ? header.name.slice(2) : header.name
  const name = header.type === 'directory' ? relative.replace(/\/$/, '') : relative
  const isRoot = header.type === 'directory' && (name === '' || name === '.') && header.name !== '/'
  return isRoot ? undefined : name
}

function createFile(source: ByteSource, path: string, header: TarHeader): ArchiveFile {
  let left = header.size
  function take(piece: Uint8Array): Uint8Array {
    left -= piece.length
    return piece
  }
  return {
    path,
    size: header.size,
    executable: (header.mode & 0o111) !== 0,
    tryNext() {
      if (left === 0) return empty
      const piece = source.tryReadSome(left)
      return piece === undefined ? undefined : take(piece)
    },
    async next() {
      if (left === 0) return empty
      const piece = await source.readSome(left)
      if (piece.length === 0) truncated('the content', path)
      return take(piece)
    },
  }
}

const empty = new Uint8Array()

async function skip(source: ByteSource, size: number, path: string): Promise<void> {
  if (size === 0) return
  const bytes = source.tryRead(size) ?? (await source.read(size))
  if (bytes.length < size) truncated('the content', path)
}

async function assertSecondZeroBlock(source: ByteSource): Promise<void> {
  const block = await source.read(blockBytes)
  if (block.length < blockBytes) truncated('the second block of the end mark')
  if (!isZeroBlock(block)) trailing()
}

/** Writers fill up to a multiple of their record; after the end mark only zeros may come, in whole blocks. */
async function assertOnlyZeros(source: ByteSource): Promise<void> {
  for (;;) {
    const block = await source.read(blockBytes)
    if (block.length === 0) return
    if (block.length < blockBytes || !isZeroBlock(block)) trailing()
  }
}

function truncated(what: string, file?: string): never {
  throw new ArchiveError(
    'truncated',
    `expected ${what}, got the end of the archive: fetch it again`,
    file === undefined ? {} : { file },
  )
}

function trailing(): never {
  throw new ArchiveError(
    'trailing_data',
    'expected nothing after the end of the archive, got more bytes: pack the folder anew',
  )
}
