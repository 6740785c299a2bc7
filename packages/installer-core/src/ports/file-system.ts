/** What an entry is; `other` covers links to nowhere known, devices, pipes and sockets alike. */
export type EntryType = 'file' | 'directory' | 'symlink' | 'other'

/** What `inspect` tells of a path itself, never of what a link points at. */
export interface EntryStatus {
  readonly type: EntryType
  readonly size: number
  /** Permission bits only. */
  readonly mode: number
  readonly device: number
  readonly inode: number
}

/** An open new file. */
export interface FileSink {
  write(bytes: Uint8Array): Promise<void>
  /** Flushes content to the device. */
  sync(): Promise<void>
  close(): Promise<void>
}

/**
 * Every touch of the disk by this package goes through here, so that tests can fail or kill each of them.
 * Paths are absolute. Errors are the system's own (`code`, `syscall`, `path`).
 */
export interface FileSystem {
  /** Creates one directory; fails when anything is there already. */
  makeDirectory(path: string, mode: number): Promise<void>
  /** Creates a file that must not exist, without following a link at its name, with all of its content. */
  writeNewFile(path: string, bytes: Uint8Array, mode: number): Promise<void>
  /** Opens a file that must not exist, without following a link at its name. */
  createFile(path: string, mode: number): Promise<FileSink>
  /** Adds to the end of a file, creating it with mode 600; `sync` flushes it before answering. */
  appendFile(path: string, bytes: Uint8Array, options: { readonly sync: boolean }): Promise<void>
  /** Reads a regular file whole, refusing links and anything above `maxBytes`. */
  readFile(path: string, maxBytes: number): Promise<Uint8Array>
  /** Reads a regular file in pieces, refusing links. */
  readChunks(path: string): AsyncIterable<Uint8Array>
  /** lstat; `undefined` when nothing is there. */
  inspect(path: string): Promise<EntryStatus | undefined>
  /** The names in a directory, sorted by code unit. */
  list(path: string): Promise<readonly { readonly name: string; readonly type: EntryType }[]>
  /** The path with every link on the way resolved. */
  realPath(path: string): Promise<string>
  rename(from: string, to: string): Promise<void>
  /** Makes a link at `to` with the same text as the link at `from`. */
  copyLink(from: string, to: string): Promise<void>
  setMode(path: string, mode: number): Promise<void>
  removeFile(path: string): Promise<void>
  removeDirectory(path: string): Promise<void>
  /** Removes a tree without following a link; nothing there is no error. */
  removeTree(path: string): Promise<void>
  /** Flushes a file's content, or a directory's entries, to the device. */
  sync(path: string): Promise<void>
}
