import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { link, mkdir, open, readdir, rm, stat, utimes, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ServerError } from '../errors.ts'
import type { BlobExpectation, BlobInfo, BlobStore } from '../ports/blob-store.ts'
import { syncDirectory } from './durable-files.ts'

/** A piece this large keeps the cost per byte low without holding much: 256 KiB. */
const pieceBytes = 256 * 1024

/** Uploads that were cut off by a crash are taken away when they are this old. */
const abandonedAfterMs = 24 * 60 * 60 * 1000

/**
 * Blobs as files under their digest (`ab/cd…`), written aside, flushed, and renamed into place. Any number of processes
 * may share the directory. `open` makes the folders and takes away what a crash left half written.
 */
export async function openDirectoryBlobStore(directory: string): Promise<BlobStore> {
  const incoming = join(directory, 'incoming')
  await mkdir(incoming, { recursive: true, mode: 0o700 })
  await removeAbandoned(incoming)

  return {
    put: (content, expected = {}) => put(directory, incoming, content, expected),
    stat: async (sha256) => {
      const found = await stat(pathOf(directory, sha256)).catch(ignoreMissing)
      return found === undefined ? undefined : { sha256, size: found.size }
    },
    get: async (sha256, range, options = {}) => {
      const handle = await open(pathOf(directory, sha256), constants.O_RDONLY).catch(ignoreMissing)
      if (handle === undefined) {
        throw new ServerError('blob_missing', `no blob ${sha256} is stored here`)
      }
      try {
        const { size } = await handle.stat()
        const start = range?.start ?? 0
        const end = Math.min(range?.end ?? size - 1, size - 1)
        if (range !== undefined && (!(start >= 0) || start >= size || end < start)) {
          throw new ServerError(
            'blob_range',
            `the blob has ${size} bytes: a span from ${start} to ${range.end ?? 'the end'} lies outside`,
          )
        }
        return piecesOf(handle, start, end + 1, options.signal)
      } catch (error) {
        await handle.close()
        throw error
      }
    },
    delete: async (sha256) => {
      const path = pathOf(directory, sha256)
      const present = (await stat(path).catch(ignoreMissing)) !== undefined
      await rm(path, { force: true })
      if (present) await syncDirectory(dirname(path))
      return present
    },
  }
}

async function put(
  directory: string,
  incoming: string,
  content: AsyncIterable<Uint8Array>,
  expected: BlobExpectation,
): Promise<BlobInfo> {
  const aside = join(incoming, randomBytes(12).toString('hex'))
  const handle = await open(aside, 'wx', 0o600)
  try {
    const info = await writeAll(handle, content, expected)
    assertExpected(info, expected)
    await handle.sync()
    await place(aside, pathOf(directory, info.sha256))
    return info
  } finally {
    await handle.close()
    await rm(aside, { force: true })
  }
}

async function writeAll(
  handle: FileHandle,
  content: AsyncIterable<Uint8Array>,
  { maxBytes, size: expectedSize, signal }: BlobExpectation,
): Promise<BlobInfo> {
  const limit = Math.min(maxBytes ?? Infinity, expectedSize ?? Infinity)
  const hash = createHash('sha256')
  let size = 0
  for await (const piece of content) {
    signal?.throwIfAborted()
    size += piece.length
    if (size > limit) {
      throw new ServerError('blob_mismatch', `expected at most ${limit} bytes, more came`)
    }
    hash.update(piece)
    for (let written = 0; written < piece.length;) {
      const { bytesWritten } = await handle.write(piece, written)
      written += bytesWritten
    }
  }
  return { sha256: hash.digest('hex'), size }
}

function assertExpected(info: BlobInfo, expected: BlobExpectation): void {
  if (expected.size !== undefined && info.size !== expected.size) {
    throw new ServerError('blob_mismatch', `expected ${expected.size} bytes, ${info.size} came`)
  }
  if (expected.sha256 !== undefined && info.sha256 !== expected.sha256) {
    throw new ServerError(
      'blob_mismatch',
      `expected SHA-256 ${expected.sha256}, the bytes have ${info.sha256}`,
    )
  }
}

/** A link cannot replace what is there: of two equal uploads the first stays, and its readers with it. */
async function place(aside: string, path: string): Promise<void> {
  const folder = dirname(path)
  const made = await mkdir(folder, { recursive: true, mode: 0o700 })
  try {
    await link(aside, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    const now = new Date()
    await utimes(path, now, now) // Whoever collects unused blobs sees that this one was just wanted.
  }
  await syncDirectory(folder)
  if (made !== undefined) await syncDirectory(dirname(folder))
}

function piecesOf(
  handle: FileHandle,
  start: number,
  end: number,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  let position = start
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          signal?.throwIfAborted()
          const length = Math.min(pieceBytes, end - position)
          if (length > 0) {
            const piece = new Uint8Array(length)
            const { bytesRead } = await handle.read(piece, 0, length, position)
            if (bytesRead === 0) throw new ServerError('blob_missing', 'the blob ended early')
            position += bytesRead
            controller.enqueue(piece.subarray(0, bytesRead))
          }
          if (position >= end) {
            await handle.close()
            controller.close()
          }
        } catch (error) {
          await handle.close()
          throw error
        }
      },
      cancel: () => handle.close(),
    },
    { highWaterMark: 0 },
  )
}

/** A digest is the only key: nothing else becomes a path. */
function pathOf(directory: string, sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new ServerError('blob_missing', 'a blob is named by 64 lower-case hex digits of SHA-256')
  }
  return join(directory, sha256.slice(0, 2), sha256.slice(2))
}

async function removeAbandoned(incoming: string): Promise<void> {
  const before = Date.now() - abandonedAfterMs
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name)
    const found = await stat(path).catch(ignoreMissing)
    if (found !== undefined && found.mtimeMs < before) await rm(path, { force: true })
  }
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
