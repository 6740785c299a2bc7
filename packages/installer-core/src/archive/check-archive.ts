import { ArchiveError } from '@mothership/manifest'
import { defaultArchiveLimits, readArchive } from '@mothership/manifest/archive'
import type {
  ArchiveLimits,
  ArchiveReading,
  FileMap,
  ReadArchiveOptions,
} from '@mothership/manifest/archive'
import { InstallerError } from '../errors.ts'

// Up to here a tree is kept in memory between checking and writing, which spares the second reading: nearly every
// package; the largest real plugin seen has 9 MiB. Larger ones are read twice and never held whole.
export const defaultMemoryBytes: number = 64 * 1024 * 1024
// A package that comes as a stream is kept in memory up to this size instead of being read back from the disk.
export const largestPackageInMemoryBytes: number = 1024 * 1024
// Of larger trees only files of this size are kept, for the adapters and for comparing permissions with the bytes.
const largestGlimpseBytes = 256 * 1024
const largestGlimpsesBytes = 8 * 1024 * 1024

/** An archive whose every entry was checked; nothing was written yet. */
export interface CheckedArchive {
  /** What was read: the held path, or the bytes themselves. */
  readonly source: string | Uint8Array
  readonly reading: ArchiveReading
  /** All files when they fit in memory, else `undefined`: then the source is read again for writing. */
  readonly contents: FileMap | undefined
  /** The small files, always. */
  readonly glimpses: FileMap
}

/** What bounds a reading. */
export interface CheckOptions {
  readonly limits?: Partial<ArchiveLimits> | undefined
  readonly signal?: AbortSignal | undefined
  /** Bytes of a tree that may be kept in memory between checking and writing; default 64 MiB. */
  readonly memoryBytes?: number | undefined
}

/**
 * Reads an archive from end to end under all rules of the reader, writing nothing. Throws `archive_refused`.
 * `expectedBytes` is what a signed file list adds up to, where there is one.
 */
export async function checkArchive(
  source: string | Uint8Array,
  options: CheckOptions & { readonly expectedBytes?: number | undefined } = {},
): Promise<CheckedArchive> {
  const { expectedBytes, memoryBytes = defaultMemoryBytes } = options
  if (expectedBytes !== undefined && expectedBytes > memoryBytes) {
    return checkStreaming(source, options)
  }
  try {
    return await checkInMemory(source, options)
  } catch (error) {
    if (!isTooLargeForMemory(error, options)) throw error
    return checkStreaming(source, options)
  }
}

/** The tree broke the bound of memory, not one that was set for it. */
function isTooLargeForMemory(error: unknown, options: CheckOptions): boolean {
  const limit = options.limits?.unpacked_bytes ?? defaultArchiveLimits.unpacked_bytes
  return (
    error instanceof InstallerError &&
    error.rule === 'archive.unpacked_bytes' &&
    limit > (options.memoryBytes ?? defaultMemoryBytes)
  )
}

async function checkInMemory(
  source: string | Uint8Array,
  options: CheckOptions,
): Promise<CheckedArchive> {
  const limit = options.limits?.unpacked_bytes ?? defaultArchiveLimits.unpacked_bytes
  const limits = {
    ...options.limits,
    unpacked_bytes: Math.min(limit, options.memoryBytes ?? defaultMemoryBytes),
  }
  const reading = await readChecked(source, { ...options, limits })
  return { source, reading, contents: reading.contents, glimpses: reading.contents }
}

async function checkStreaming(
  source: string | Uint8Array,
  options: CheckOptions,
): Promise<CheckedArchive> {
  const glimpses = new Map<string, { bytes: Uint8Array; executable: boolean }>()
  let glimpsedBytes = 0
  const reading = await readChecked(source, options, async (file, content) => {
    if (file.size > largestGlimpseBytes) return
    if (glimpsedBytes + file.size > largestGlimpsesBytes) return
    glimpsedBytes += file.size
    glimpses.set(file.path, { bytes: await collect(content), executable: file.executable })
  })
  return { source, reading, contents: undefined, glimpses }
}

/** The reader with its errors in this package's terms. */
export async function readChecked(
  source: string | Uint8Array,
  options: CheckOptions,
  onFile?: NonNullable<ReadArchiveOptions['onFile']>,
): Promise<ArchiveReading> {
  try {
    return await readArchive(source, {
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(onFile === undefined ? {} : { onFile }),
    })
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error
    options.signal?.throwIfAborted()
    throw new InstallerError({
      code: 'archive_refused',
      stage: 'verify',
      rule: `archive.${error.rule}`,
      message: error.message,
      file: error.file,
      cause: error,
    })
  }
}

/** A file's content in memory; the reader's pieces are only lent. */
export async function collect(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of content) pieces.push(piece.slice())
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
}
