import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import {
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ServerError } from '../../errors.ts'
import { syncDirectory } from '../durable-files.ts'
import type { PostgresBinaries } from './binaries.ts'
import type { RunAs } from './run-as.ts'

/** Who owns the cluster and may do anything in it; the server itself connects as a lesser role. */
export const superuser = 'postgres'

/** Text compares by code point on every machine; letters beyond ASCII are letters for search. */
const locale = [
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--encoding=UTF8',
]
/** Names of a UTF-8 character type without national rules: glibc and musl, macOS. */
const characterTypes = process.platform === 'darwin' ? ['UTF-8'] : ['C.UTF-8']

/**
 * Makes the cluster when there is none. It is made aside and renamed, so that a crash in the middle leaves nothing
 * that looks like a cluster.
 */
export async function createCluster(options: {
  readonly directory: string
  readonly binaries: PostgresBinaries
  readonly runAs: RunAs
  /** Where the superuser's password is kept; only where connections come over TCP (Windows). */
  readonly passwordFile?: string | undefined
}): Promise<void> {
  const { directory } = options
  const parent = dirname(directory)
  await mkdir(parent, { recursive: true, mode: 0o700 })
  await removeUnfinished(directory)
  const aside = `${directory}.new-${randomBytes(4).toString('hex')}`
  await mkdir(aside, { mode: 0o700 })
  try {
    await initialize({ ...options, directory: aside })
    await writeAccessRules(aside, options.runAs, options.passwordFile !== undefined)
    if (existsSync(directory)) await rmdir(directory) // An empty one may have been made beforehand.
    await rename(aside, directory)
  } catch (error) {
    await rm(aside, { recursive: true, force: true })
    throw error
  }
  await syncDirectory(parent)
}

/** The major version of the cluster's files, `undefined` when there is no cluster. */
export async function clusterMajor(directory: string): Promise<number | undefined> {
  try {
    return Number.parseInt(await readFile(join(directory, 'PG_VERSION'), 'utf8'), 10)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') return undefined
    if (code !== 'EACCES') throw error
    const { uid } = await stat(directory)
    throw new ServerError(
      'engine_failed',
      `the database in ${directory} belongs to user ${uid}, and this process (user ${process.getuid?.() ?? 'unknown'}) may not read it: start the server as that user or as root`,
      { cause: error },
    )
  }
}

async function initialize(options: {
  readonly directory: string
  readonly binaries: PostgresBinaries
  readonly runAs: RunAs
  readonly passwordFile?: string | undefined
}): Promise<void> {
  const { directory, binaries, runAs, passwordFile } = options
  const { user } = runAs
  if (user !== undefined) await chown(directory, user.uid, user.gid)
  const base = [
    ...locale,
    `--username=${superuser}`,
    '--no-instructions',
    // One call for the whole file system instead of one for each of a thousand files: a second less.
    ...(process.platform === 'linux' ? ['--sync-method=syncfs'] : []),
    ...(passwordFile === undefined
      ? ['--auth=trust']
      : ['--auth=scram-sha-256', `--pwfile=${passwordFile}`]),
  ]
  let failure: unknown
  // A system may lack the UTF-8 character type; then search knows ASCII letters only, and everything else works.
  for (const type of [...characterTypes, 'C']) {
    try {
      await run(runAs, binaries.initdb, [...base, `--lc-ctype=${type}`, '-D'], directory)
      return
    } catch (error) {
      failure = error
      if (!(error instanceof Error) || !error.message.includes('locale')) break
    }
  }
  throw new ServerError(
    'engine_failed',
    `the embedded database could not be made in ${directory}: ${failure instanceof Error ? failure.message : String(failure)}`,
    { cause: failure },
  )
}

function run(runAs: RunAs, program: string, args: string[], directory: string): Promise<void> {
  const {
    file,
    args: all,
    identity,
  } = runAs.command(program, [...args, runAs.clusterPath(directory)])
  return new Promise((resolve, reject) => {
    execFile(
      file,
      all,
      { ...identity, cwd: directory, env: programEnvironment(), maxBuffer: 2 ** 22 },
      (error, out, stderr) => {
        if (error === null) resolve()
        else reject(new Error(stderr.trim() || out.trim() || error.message, { cause: error }))
      },
    )
  })
}

/** Nothing of ours reaches PostgreSQL: PG* variables would steer it, and the rest is none of its business. */
export function programEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP, TMP } = process.env
  const kept = process.platform === 'win32' ? { PATH, SystemRoot, TEMP, TMP } : { PATH }
  return { ...kept, TZ: 'UTC', LC_MESSAGES: 'C' }
}

async function writeAccessRules(directory: string, runAs: RunAs, tcp: boolean): Promise<void> {
  const file = join(directory, 'pg_hba.conf')
  // The socket lies in a directory that only its owner may enter: whoever gets there may do as he likes anyway.
  const rules = tcp ? 'host all all 127.0.0.1/32 scram-sha-256\n' : 'local all all trust\n'
  await writeFile(file, `# Written by mothership when the database was made.\n${rules}`)
  await chmod(file, 0o600)
  if (runAs.user !== undefined) await chown(file, runAs.user.uid, runAs.user.gid)
}

async function removeUnfinished(directory: string): Promise<void> {
  const prefix = `${basename(directory)}.new-`
  for (const name of await readdir(dirname(directory))) {
    if (name.startsWith(prefix)) {
      await rm(join(dirname(directory), name), { recursive: true, force: true })
    }
  }
}
