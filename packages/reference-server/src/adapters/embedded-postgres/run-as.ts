import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ServerError } from '../../errors.ts'
import { binariesDoNotRun } from './binaries.ts'

/** As whom PostgreSQL runs, and how it is started. */
export interface RunAs {
  /** The user and group to become; absent when this process's own will do. */
  readonly user?: { readonly name: string; readonly uid: number; readonly gid: number }
  /** How to start a program under that identity, for `spawn`. */
  command(program: string, args: readonly string[]): RunCommand
  /**
   * The path under which the program finds its cluster. Under another user it is "the directory I was started in":
   * the kernel then need not walk through parents which that user may not enter, and `.mothership` stays 0700.
   */
  clusterPath(directory: string): string
}

/** Arguments for `spawn`. */
export interface RunCommand {
  readonly file: string
  readonly args: readonly string[]
  readonly identity: { readonly uid?: number; readonly gid?: number }
}

const ownDirectory = '/proc/self/cwd'

/** Linux capability numbers, and their names for setpriv. Reading past permissions is the smaller one, so it comes first. */
const capabilities = [
  { bit: 2n, name: 'dac_read_search' },
  { bit: 1n, name: 'dac_override' },
] as const

/**
 * Decides as whom PostgreSQL runs. It refuses root; so root hands it to an existing unprivileged user (who owns the
 * cluster: its present owner, else `postgres`, else `nobody`). When that user cannot reach the binaries (a clone below
 * /root), it gets the one capability to read past directory permissions, through setpriv.
 *
 * @throws ServerError `engine_unavailable` naming the directory and the ways out when neither works.
 */
export async function chooseRunAs(options: {
  readonly postgres: string
  /** The cluster, which may not exist yet. */
  readonly cluster: string
  /** For tests: leaves out the way that needs no capability. */
  readonly forceCapability?: boolean
}): Promise<RunAs> {
  if (process.getuid?.() !== 0) {
    await probe(asMyself, options.postgres)
    return asMyself
  }
  const user = await unprivilegedUser(options.cluster)
  const direct = asUser(user)
  if (options.forceCapability !== true && (await reaches(direct, options.postgres))) return direct
  for (const { name } of await heldCapabilities()) {
    const lifted = asUserWithCapability(user, name)
    if (await reaches(lifted, options.postgres)) return lifted
  }
  const closed = await closedDirectory(options.postgres)
  const obstacle =
    closed === undefined
      ? `this process may not become user ${user.name} (a container without CAP_SETUID?)`
      : `user ${user.name} cannot enter ${closed} to run it, and setpriv could not lend it CAP_DAC_READ_SEARCH`
  throw new ServerError(
    'engine_unavailable',
    `PostgreSQL refuses to run as root, and ${obstacle}: start the server as an ordinary user, or move the installation to a directory that all may enter, or set DATABASE_URL or MOTHERSHIP_ENGINE=pglite`,
  )
}

const asMyself: RunAs = {
  command: (file, args) => ({ file, args, identity: {} }),
  clusterPath: (directory) => directory,
}

type User = NonNullable<RunAs['user']>

function asUser(user: User): RunAs {
  return {
    user,
    // spawn() also drops the supplementary groups.
    command: (file, args) => ({ file, args, identity: { uid: user.uid, gid: user.gid } }),
    clusterPath,
  }
}

function asUserWithCapability(user: User, capability: string): RunAs {
  return {
    user,
    command: (file, args) => ({
      file: 'setpriv',
      args: [
        `--reuid=${user.uid}`,
        `--regid=${user.gid}`,
        '--clear-groups',
        `--inh-caps=-all,+${capability}`,
        `--ambient-caps=-all,+${capability}`,
        `--bounding-set=-all,+${capability}`,
        // Without it access(2), by which initdb looks for its sisters, would judge as if nothing had been lent.
        '--securebits=+no_setuid_fixup',
        '--no-new-privs',
        '--',
        file,
        ...args,
      ],
      identity: {},
    }),
    clusterPath,
  }
}

function clusterPath(directory: string): string {
  return existsSync(ownDirectory) ? ownDirectory : directory
}

async function unprivilegedUser(cluster: string): Promise<User> {
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').flatMap((line) => {
    const [name = '', , uid, gid] = line.split(':')
    return uid === undefined || gid === undefined
      ? []
      : [{ name, uid: Number(uid), gid: Number(gid) }]
  })
  const owner = await stat(cluster).catch(() => undefined)
  if (owner !== undefined && owner.uid !== 0) {
    const name = users.find(({ uid }) => uid === owner.uid)?.name ?? String(owner.uid)
    return { name, uid: owner.uid, gid: owner.gid }
  }
  const found = ['postgres', 'nobody']
    .map((name) => users.find((user) => user.name === name && user.uid !== 0))
    .find((user) => user !== undefined)
  if (found !== undefined) return found
  throw new ServerError(
    'engine_unavailable',
    'PostgreSQL refuses to run as root, and this system has neither a user postgres nor nobody to run it as: start the server as an ordinary user, or set DATABASE_URL or MOTHERSHIP_ENGINE=pglite',
  )
}

/** Runs `postgres --version`: needs the binary and its libraries, and nothing else. */
async function probe(runAs: RunAs, postgres: string): Promise<void> {
  const { file, args, identity } = runAs.command(postgres, ['--version'])
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error, detail = ''): void =>
      reject(binariesDoNotRun(detail.trim().split('\n')[0] || error.message, error))
    try {
      execFile(file, args, { ...identity, timeout: 30_000, cwd: '/' }, (error, _out, stderr) => {
        if (error === null) resolve()
        else fail(error, stderr)
      })
    } catch (error) {
      fail(error as Error) // A user that may not be become is refused at once, not through the callback.
    }
  })
}

async function reaches(runAs: RunAs, postgres: string): Promise<boolean> {
  try {
    await probe(runAs, postgres)
    return true
  } catch (error) {
    if (await isPermission(error, postgres)) return false
    throw error
  }
}

/** Permission problems have another way to try; anything else (a missing C library) has not. */
async function isPermission(error: unknown, postgres: string): Promise<boolean> {
  if ((await closedDirectory(postgres)) !== undefined) return true
  const cause = error instanceof ServerError ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  // setpriv answers 126 or 127 for what it cannot execute, 1 for what the kernel does not let it set.
  return code === 'EACCES' || code === 'EPERM' || typeof code === 'number'
}

/** The first directory on the way that others may not enter. */
async function closedDirectory(path: string): Promise<string | undefined> {
  const parents: string[] = []
  for (let at = dirname(await realpath(path)); ; at = dirname(at)) {
    parents.unshift(at)
    if (at === dirname(at)) break
  }
  for (const parent of parents) {
    const { mode } = await stat(parent)
    if ((mode & 0o001) === 0) return parent
  }
  return undefined
}

async function heldCapabilities(): Promise<readonly (typeof capabilities)[number][]> {
  let status: string
  try {
    status = await readFile('/proc/self/status', 'utf8')
  } catch {
    return [] // Not Linux.
  }
  const mask = (name: string): bigint =>
    BigInt(`0x${new RegExp(`^${name}:\\s*([0-9a-f]+)`, 'm').exec(status)?.[1] ?? '0'}`)
  const held = mask('CapPrm') & mask('CapBnd')
  return capabilities.filter(({ bit }) => ((held >> bit) & 1n) === 1n)
}
