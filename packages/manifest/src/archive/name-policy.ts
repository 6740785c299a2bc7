import { ArchiveError } from '../errors.ts'

/** Longest path in UTF-16 units: what manifests name, and far below what any file system allows. */
export const maxPathLength = 512

/**
 * Checks one path of a package by the same rules on every system: relative, `/` between segments, no `.` or `..`, nothing
 * that Windows, macOS or Linux would read as another name.
 * @throws {ArchiveError} `name`, `name_length`, `depth`
 */
export function assertPackagePath(path: string, maxDepth: number): void {
  if (path.length > maxPathLength) {
    throw new ArchiveError(
      'name_length',
      `expected paths of at most ${maxPathLength} characters, got ${path.length}: shorten folder names`,
      { file: clip(path) },
    )
  }
  const fault = faultOf(path)
  if (fault !== undefined) {
    throw new ArchiveError(
      'name',
      `expected a relative path that every system reads alike, got ${JSON.stringify(clip(path))} with ${fault}: rename it`,
      { file: clip(path) },
    )
  }
  if (path.split('/').length > maxDepth) {
    throw new ArchiveError(
      'depth',
      `expected at most ${maxDepth} folders inside each other, got more: flatten the package`,
      { file: clip(path) },
    )
  }
}

/** Remembers the names of one package and refuses those that some file system takes for one another. */
export interface NameRegister {
  /**
   * Adds a file or folder.
   * @throws {ArchiveError} `duplicate`, `twin_name`
   */
  add(path: string, type: 'file' | 'directory'): void
}

/** Starts an empty register. */
export function createNameRegister(): NameRegister {
  const names = new Map<string, { path: string; type: 'file' | 'directory'; explicit: boolean }>()
  function claim(path: string, type: 'file' | 'directory', explicit: boolean): void {
    const key = foldName(path)
    const known = names.get(key)
    if (known === undefined) {
      names.set(key, { path, type, explicit })
      return
    }
    if (known.path !== path) refuseTwin(path, known.path)
    if (known.type !== type || (explicit && known.explicit)) refuseDuplicate(path)
    known.explicit ||= explicit
  }
  return {
    add(path, type) {
      for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
        claim(path.slice(0, slash), 'directory', false)
      }
      claim(path, type, true)
    },
  }
}

/**
 * One spelling for all names that some file system takes for the same: decomposed, compatibility forms replaced, upper
 * case (in which ß is SS). Coarser than any one file system, so that two different keys never meet on disk.
 */
export function foldName(path: string): string {
  return plainName.test(path)
    ? path.toUpperCase()
    : path.normalize('NFKD').toUpperCase().normalize('NFKD')
}

const plainName = /^[ -~]*$/
// Control, format and separator characters, and what is no character at all.
const hiddenCharacter = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Cn}\uFFFD]/u
const windowsCharacter = /[<>:"|?*\\]/
const deviceName = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|\s|$)/i
/** Windows gives long names a second, short one of this form. */
const shortName = /^[^.]{1,6}~[0-9]{1,6}(?:\.[^.]{0,3})?$/

function faultOf(path: string): string | undefined {
  if (path === '') return 'nothing in it'
  if (path.startsWith('/')) return 'a root'
  if (path.includes('\\')) return 'a backslash'
  if (hiddenCharacter.test(path)) return 'a control or invisible character'
  if (windowsCharacter.test(path)) return 'a character Windows gives a meaning'
  for (const segment of path.split('/')) {
    const fault = segmentFault(segment)
    if (fault !== undefined) return fault
  }
  return undefined
}

function segmentFault(segment: string): string | undefined {
  if (segment === '') return 'an empty segment'
  if (segment === '.' || segment === '..') return 'a step to another folder'
  if (/[. ]$/.test(segment)) return 'a dot or blank at the end of a segment'
  if (deviceName.test(segment)) return 'the name of a device'
  if (shortName.test(segment)) return 'the form of a short name'
  // 255 bytes is the longest name of one file on Linux and macOS.
  if (segment.length > 85 && encoder.encode(segment).length > 255) return 'a segment over 255 bytes'
  return undefined
}

const encoder = new TextEncoder()

function refuseTwin(path: string, other: string): never {
  throw new ArchiveError(
    'twin_name',
    `expected names that differ on every system, got ${JSON.stringify(clip(path))} beside ${JSON.stringify(clip(other))}: rename one`,
    { file: clip(path) },
  )
}

function refuseDuplicate(path: string): never {
  throw new ArchiveError(
    'duplicate',
    `expected every name once, got ${JSON.stringify(clip(path))} again: pack the folder anew`,
    { file: clip(path) },
  )
}

function clip(path: string): string {
  return path.length > 200 ? `${path.slice(0, 200)}…` : path
}
