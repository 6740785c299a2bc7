import { dirname, join } from 'node:path'
import { InstallerError } from '../errors.ts'
import type { FileSystem } from '../ports/file-system.ts'
import { collect, readChecked } from './check-archive.ts'
import type { CheckOptions, CheckedArchive } from './check-archive.ts'

/** How a tree is written. */
export interface WriteOptions extends CheckOptions {
  /** Called with the bytes written so far. */
  readonly onBytes?: ((bytes: number) => void) | undefined
  /** Also flush every file; without it only the caller's journal makes the tree safe against a power cut. */
  readonly syncFiles?: boolean | undefined
}

// Larger files are streamed; smaller ones are written in one call each.
const largestWholeFileBytes = 1024 * 1024
const fileMode = 0o644
const executableMode = 0o755
const directoryMode = 0o755

/**
 * Writes a checked archive below `root`, an empty directory that only this process knows. Every file and directory is
 * created, never opened or followed, with mode 644, or 755 for directories and executables. Read twice, the source
 * has to give the same package both times.
 */
export async function writeTree(
  fs: FileSystem,
  root: string,
  checked: CheckedArchive,
  options: WriteOptions = {},
): Promise<void> {
  const directories = new Set<string>([root])
  let written = 0
  const advance = (bytes: number): void => {
    written += bytes
    options.onBytes?.(written)
  }
  if (checked.contents !== undefined) {
    for (const [path, file] of checked.contents) {
      options.signal?.throwIfAborted()
      await makeParents(fs, root, path, directories)
      await writeWhole(fs, join(root, path), file, options)
      advance(file.bytes.byteLength)
    }
    return
  }
  const reading = await readChecked(checked.source, options, async (file, content) => {
    await makeParents(fs, root, file.path, directories)
    const path = join(root, file.path)
    if (file.size > largestWholeFileBytes) {
      await writeStream(fs, path, file, content, options, advance)
      return
    }
    const bytes = await collect(content)
    await writeWhole(fs, path, { bytes, executable: file.executable }, options)
    advance(bytes.byteLength)
  })
  const { package_sha256, tree_sha256 } = checked.reading
  if (reading.package_sha256 !== package_sha256 || reading.tree_sha256 !== tree_sha256) {
    throw new InstallerError({
      code: 'package_mismatch',
      stage: 'unpack',
      rule: 'package.same_bytes_twice',
      message: `Expected the held package to still have SHA-256 ${package_sha256}; it has ${reading.package_sha256}. Something else writes to the installer's directory: find out what.`,
    })
  }
}

async function makeParents(
  fs: FileSystem,
  root: string,
  path: string,
  directories: Set<string>,
): Promise<void> {
  const missing: string[] = []
  for (let parent = dirname(join(root, path)); !directories.has(parent); parent = dirname(parent)) {
    missing.push(parent)
  }
  for (const directory of missing.reverse()) {
    await fs.makeDirectory(directory, directoryMode)
    directories.add(directory)
  }
}

async function writeWhole(
  fs: FileSystem,
  path: string,
  file: { readonly bytes: Uint8Array; readonly executable: boolean },
  options: WriteOptions,
): Promise<void> {
  await fs.writeNewFile(path, file.bytes, file.executable ? executableMode : fileMode)
  if (options.syncFiles === true) await fs.sync(path)
}

async function writeStream(
  fs: FileSystem,
  path: string,
  file: { readonly executable: boolean },
  content: AsyncIterable<Uint8Array>,
  options: WriteOptions,
  advance: (bytes: number) => void,
): Promise<void> {
  const sink = await fs.createFile(path, file.executable ? executableMode : fileMode)
  try {
    for await (const piece of content) {
      await sink.write(piece)
      advance(piece.byteLength)
    }
    if (options.syncFiles === true) await sink.sync()
  } finally {
    await sink.close()
  }
}
