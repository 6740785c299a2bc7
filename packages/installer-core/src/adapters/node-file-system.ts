import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fdatasync,
  fstatSync,
  fsync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  readlinkSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import type { Dirent, Stats } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { EntryStatus, EntryType, FileSink, FileSystem } from '../ports/file-system.ts'

// Only the flush itself waits for the device: opening and closing around it stay on this thread.
const flush = promisify(fsync)
const flushData = promisify(fdatasync)

// Zero where the platform lacks them (Windows); there O_EXCL alone refuses an existing link.
const noFollow = constants.O_NOFOLLOW ?? 0
const createNew = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | noFollow
const readOnly = constants.O_RDONLY | noFollow | (constants.O_NONBLOCK ?? 0)

// Writes above this leave the event loop: below it a synchronous write is several times cheaper than a thread hop.
const largestSyncWriteBytes = 256 * 1024
const readChunkBytes = 256 * 1024

/**
 * The real disk. Short calls are synchronous on purpose (a thread hop costs more than the call); whatever may wait
 * for the device (flushes, large writes, removal of trees) is asynchronous.
 */
export const nodeFileSystem: FileSystem = {
  async makeDirectory(path, mode) {
    mkdirSync(path, { mode })
    if (isMasked(mode)) chmodSync(path, mode)
  },
  writeNewFile,
  createFile,
  appendFile,
  async readFile(path, maxBytes) {
    const descriptor = openSync(path, readOnly)
    try {
      return readWhole(descriptor, path, maxBytes)
    } finally {
      closeSync(descriptor)
    }
  },
  readChunks,
  async inspect(path) {
    const status = lstatSync(path, { throwIfNoEntry: false })
    return status === undefined ? undefined : entryStatus(status)
  },
  async list(path) {
    return readdirSync(path, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, type: entryType(entry) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  },
  async realPath(path) {
    return realpathSync.native(path)
  },
  async rename(from, to) {
    renameSync(from, to)
  },
  async copyLink(from, to) {
    symlinkSync(readlinkSync(from), to)
  },
  async setMode(path, mode) {
    chmodSync(path, mode)
  },
  async removeFile(path) {
    unlinkSync(path)
  },
  async removeDirectory(path) {
    rmdirSync(path)
  },
  removeTree,
  async sync(path) {
    const descriptor = openSync(path, readOnly)
    try {
      await flush(descriptor)
    } finally {
      closeSync(descriptor)
    }
  },
}

let umask: number | undefined

/** The process's umask must not decide what an item looks like; it is asked for once, a host sets it when it starts. */
function isMasked(mode: number): boolean {
  umask ??= process.umask()
  return (mode & umask) !== 0
}

async function writeNewFile(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  if (bytes.byteLength > largestSyncWriteBytes) {
    const sink = await createFile(path, mode)
    try {
      await sink.write(bytes)
    } finally {
      await sink.close()
    }
    return
  }
  const descriptor = openSync(path, createNew, mode)
  try {
    if (isMasked(mode)) fchmodSync(descriptor, mode)
    let offset = 0
    while (offset < bytes.byteLength) offset += writeSync(descriptor, bytes, offset)
  } finally {
    closeSync(descriptor)
  }
}

async function createFile(path: string, mode: number): Promise<FileSink> {
  const handle = await open(path, createNew, mode)
  try {
    if (isMasked(mode)) await handle.chmod(mode)
  } catch (error) {
    await handle.close()
    throw error
  }
  return {
    async write(bytes) {
      let offset = 0
      while (offset < bytes.byteLength) {
        const { bytesWritten } = await handle.write(bytes, offset)
        offset += bytesWritten
      }
    },
    async sync() {
      await handle.sync()
    },
    async close() {
      await handle.close()
    },
  }
}

async function appendFile(
  path: string,
  bytes: Uint8Array,
  options: { readonly sync: boolean },
): Promise<void> {
  const flags = constants.O_CREAT | constants.O_APPEND | constants.O_WRONLY | noFollow
  const descriptor = openSync(path, flags, 0o600)
  try {
    let offset = 0
    while (offset < bytes.byteLength) offset += writeSync(descriptor, bytes, offset)
    if (options.sync) await flushData(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Most of what is removed is gone already, a file, or an empty directory: those need no thread. */
async function removeTree(path: string): Promise<void> {
  const status = lstatSync(path, { throwIfNoEntry: false })
  if (status === undefined) return
  if (!status.isDirectory()) {
    unlinkSync(path)
    return
  }
  if (readdirSync(path).length === 0) rmdirSync(path)
  else await rm(path, { recursive: true, force: true })
}

async function* readChunks(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const handle = await open(path, readOnly)
  try {
    assertRegular(await handle.stat(), path)
    for (;;) {
      const buffer = new Uint8Array(readChunkBytes)
      const { bytesRead } = await handle.read(buffer, 0, readChunkBytes)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}

function readWhole(descriptor: number, path: string, maxBytes: number): Uint8Array {
  const status = fstatSync(descriptor)
  assertRegular(status, path)
  if (status.size > maxBytes) throw systemError('EFBIG', 'read', path)
  const bytes = new Uint8Array(status.size)
  let length = 0
  while (length < bytes.byteLength) {
    const read = readSync(descriptor, bytes, length, bytes.byteLength - length, null)
    if (read === 0) break
    length += read
  }
  return bytes.subarray(0, length)
}

function assertRegular(status: Stats, path: string): void {
  if (!status.isFile()) throw systemError('EINVAL', 'open', path)
}

function systemError(code: string, syscall: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall, path })
}

function entryStatus(status: Stats): EntryStatus {
  return {
    type: entryType(status),
    size: status.size,
    mode: status.mode & 0o7777,
    device: status.dev,
    inode: status.ino,
  }
}

function entryType(entry: Stats | Dirent): EntryType {
  if (entry.isSymbolicLink()) return 'symlink'
  if (entry.isDirectory()) return 'directory'
  return entry.isFile() ? 'file' : 'other'
}
