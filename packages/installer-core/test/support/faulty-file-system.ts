import { nodeFileSystem } from '../../src/adapters/node-file-system.ts'
import type { FileSink, FileSystem } from '../../src/index.ts'

/** Decides about one call: throw to fail it, return to let it through. `count` starts at 1. */
export type Interference = (call: {
  readonly count: number
  readonly name: string
  readonly path: string
}) => void

/** The real disk, with a say before every call. */
export function createFaultyFileSystem(interfere: Interference): FileSystem & { calls(): number } {
  let count = 0
  const before = (name: string, path: string): void => {
    count += 1
    interfere({ count, name, path })
  }
  const real = nodeFileSystem
  return {
    calls: () => count,
    async makeDirectory(path, mode) {
      before('makeDirectory', path)
      await real.makeDirectory(path, mode)
    },
    async writeNewFile(path, bytes, mode) {
      before('writeNewFile', path)
      await real.writeNewFile(path, bytes, mode)
    },
    async createFile(path, mode) {
      before('createFile', path)
      const sink = await real.createFile(path, mode)
      return faultySink(sink, path, before)
    },
    async appendFile(path, bytes, options) {
      before('appendFile', path)
      await real.appendFile(path, bytes, options)
    },
    async readFile(path, maxBytes) {
      before('readFile', path)
      return real.readFile(path, maxBytes)
    },
    async *readChunks(path) {
      before('readChunks', path)
      yield* real.readChunks(path)
    },
    async inspect(path) {
      before('inspect', path)
      return real.inspect(path)
    },
    async list(path) {
      before('list', path)
      return real.list(path)
    },
    async realPath(path) {
      before('realPath', path)
      return real.realPath(path)
    },
    async rename(from, to) {
      before('rename', from)
      await real.rename(from, to)
    },
    async copyLink(from, to) {
      before('copyLink', from)
      await real.copyLink(from, to)
    },
    async setMode(path, mode) {
      before('setMode', path)
      await real.setMode(path, mode)
    },
    async removeFile(path) {
      before('removeFile', path)
      await real.removeFile(path)
    },
    async removeDirectory(path) {
      before('removeDirectory', path)
      await real.removeDirectory(path)
    },
    async removeTree(path) {
      before('removeTree', path)
      await real.removeTree(path)
    },
    async sync(path) {
      before('sync', path)
      await real.sync(path)
    },
  }
}

function faultySink(
  sink: FileSink,
  path: string,
  before: (name: string, path: string) => void,
): FileSink {
  return {
    async write(bytes) {
      before('write', path)
      await sink.write(bytes)
    },
    async sync() {
      before('syncFile', path)
      await sink.sync()
    },
    async close() {
      await sink.close()
      before('close', path)
    },
  }
}

/** The error the system gives. */
export function systemError(code: string, syscall: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall, path })
}
