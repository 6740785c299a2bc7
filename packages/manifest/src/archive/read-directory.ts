import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ArchiveError } from '../errors.ts'
import type { FileEntry, FileMap } from '../formats/file-map.ts'
import { type IgnoreRules, readIgnoreRules } from './gitignore.ts'
import { type ArchiveLimits, defaultArchiveLimits } from './limits.ts'
import { assertPackagePath, createNameRegister } from './name-policy.ts'
import { assertSize } from './read-tar.ts'

/** How a folder is read. */
export interface ReadDirectoryOptions {
  readonly limits?: Partial<ArchiveLimits>
  readonly signal?: AbortSignal
  /** Names of files whose lines say what is left out, in every folder. Default `.gitignore` and `.skillignore`. */
  readonly ignoreFiles?: readonly string[]
}

/**
 * Reads a folder as a package would hold it: version-control folders and what ignore files name are left out, links and
 * special files refused, names and sizes held to the limits of reading.
 * @throws {ArchiveError}
 */
export async function readDirectory(
  directory: string,
  options: ReadDirectoryOptions = {},
): Promise<FileMap> {
  const walk: Walk = {
    limits: { ...defaultArchiveLimits, ...options.limits },
    ignoreFiles: options.ignoreFiles ?? ['.gitignore', '.skillignore'],
    names: createNameRegister(),
    files: new Map(),
    unpacked: 0,
    entries: 0,
    signal: options.signal,
  }
  await readFolder(directory, '', [], walk)
  return new Map([...walk.files].sort(([left], [right]) => (left < right ? -1 : 1)))
}

interface Walk {
  readonly limits: ArchiveLimits
  readonly ignoreFiles: readonly string[]
  readonly names: ReturnType<typeof createNameRegister>
  readonly files: Map<string, FileEntry>
  readonly signal: AbortSignal | undefined
  unpacked: number
  entries: number
}

/** Rules and the folder they stand in, outermost first; the innermost that speaks decides. */
type RuleStack = readonly { readonly base: string; readonly rules: IgnoreRules }[]

/** Never part of a package: what version control and desktops leave lying about. */
const alwaysIgnored: ReadonlySet<string> = new Set([
  '.git',
  '.hg',
  '.svn',
  '.DS_Store',
  'Thumbs.db',
])

async function readFolder(
  root: string,
  folder: string,
  outer: RuleStack,
  walk: Walk,
): Promise<void> {
  walk.signal?.throwIfAborted()
  const place = join(root, folder)
  const names = (await readdir(place).catch((cause: unknown) => failed(place, cause))).sort()
  const stack = [...outer]
  for (const name of walk.ignoreFiles.filter((file) => names.includes(file))) {
    const text = await readFile(join(place, name), 'utf8').catch((cause: unknown) =>
      failed(name, cause),
    )
    stack.push({ base: folder, rules: readIgnoreRules(text) })
  }
  for (const name of names) {
    if (alwaysIgnored.has(name)) continue
    await readName(root, folder === '' ? name : `${folder}/${name}`, stack, walk)
  }
}

async function readName(root: string, path: string, stack: RuleStack, walk: Walk): Promise<void> {
  const place = join(root, path)
  const stats = await lstat(place).catch((cause: unknown) => failed(path, cause))
  if (isIgnored(path, stats.isDirectory(), stack)) return
  if (stats.isSymbolicLink()) {
    throw new ArchiveError(
      'link',
      'expected files and folders, got a link: copy what it points at',
      {
        file: path,
      },
    )
  }
  if (stats.isDirectory()) {
    await readFolder(root, path, stack, walk)
    return
  }
  if (!stats.isFile()) {
    throw new ArchiveError(
      'entry_type',
      'expected files and folders, got a special file: remove it',
      {
        file: path,
      },
    )
  }
  assertPackagePath(path, walk.limits.depth)
  walk.names.add(path, 'file')
  walk.entries += 1
  if (walk.entries > walk.limits.entries) {
    throw new ArchiveError(
      'entries',
      `expected at most ${walk.limits.entries} files, got more: leave some out`,
    )
  }
  walk.unpacked += stats.size
  assertSize(path, stats.size, walk.unpacked, walk.limits)
  const bytes = await readFile(place).catch((cause: unknown) => failed(path, cause))
  walk.files.set(path, {
    bytes: new Uint8Array(bytes),
    executable: isExecutable(stats.mode, bytes),
  })
}

/** Windows keeps no such bit: there a script is told by its first line, so that most trees get the same digest. */
function isExecutable(mode: number, bytes: Uint8Array): boolean {
  return process.platform === 'win32'
    ? bytes[0] === 0x23 && bytes[1] === 0x21
    : (mode & 0o100) !== 0
}

function isIgnored(path: string, isDirectory: boolean, stack: RuleStack): boolean {
  for (const { base, rules } of stack.toReversed()) {
    const answer = rules(base === '' ? path : path.slice(base.length + 1), isDirectory)
    if (answer !== undefined) return answer
  }
  return false
}

function failed(file: string, cause: unknown): never {
  throw new ArchiveError(
    'io',
    'expected a readable folder or file, got none: check path and rights',
    {
      file,
      cause,
    },
  )
}
