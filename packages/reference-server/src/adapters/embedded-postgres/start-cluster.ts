import { existsSync } from 'node:fs'
import { chmod, mkdir, open, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { randomBytes } from 'node:crypto'
import { dirname, join, resolve } from 'node:path'
import type { ClientConfig } from 'pg'
import { ServerError } from '../../errors.ts'
import { silentLogger, type Logger } from '../../ports/logger.ts'
import { isRunning } from '../process-identity.ts'
import { findBinaries, type PostgresBinaries } from './binaries.ts'
import { clusterMajor, createCluster, superuser } from './cluster.ts'
import { findPostmaster, startPostmaster, stopPostmaster, type Postmaster } from './postmaster.ts'
import { chooseRunAs, type RunAs } from './run-as.ts'
import { makeSocketDirectory, removeSocketDirectory } from './socket-directory.ts'

/** A cluster that is running. */
export interface RunningCluster {
  /** How to connect as the superuser; add `database`. */
  readonly connection: ClientConfig
  readonly pid: number
  readonly adopted: boolean
  readonly created: boolean
  stop(): Promise<void>
  /** Asks for the stop and does not wait: PostgreSQL finishes it by itself. */
  abandon(): void
}

/** How to run a cluster. */
export interface ClusterOptions {
  /** The cluster itself; its parent directory also takes its log. */
  readonly directory: string
  readonly log?: Logger
  /** Settings that differ from ours, for tests and measurements. */
  readonly settings?: Readonly<Record<string, string>>
  /** For tests. */
  readonly runAs?: { readonly forceCapability?: boolean }
}

/** Makes the cluster if need be, and starts it, or adopts it when it is running still. The caller holds the lock of the data directory. */
export async function startCluster(options: ClusterOptions): Promise<RunningCluster> {
  const { log = silentLogger } = options
  const directory = resolve(options.directory)
  const binaries = await findBinaries()
  const passwordFile =
    process.platform === 'win32' ? await makePasswordFile(`${directory}-password`) : undefined

  const major = await clusterMajor(directory)
  if (major !== undefined && major !== binaries.major) {
    throw new ServerError(
      'engine_mismatch',
      `the database in ${directory} was written by PostgreSQL ${major}, and this installation has PostgreSQL ${binaries.major}`,
    )
  }
  const found = major === undefined ? undefined : await findPostmaster(directory, log)
  let postmaster: Postmaster
  if (found === undefined) {
    const runAs = await chooseRunAs({
      postgres: binaries.postgres,
      cluster: directory,
      ...options.runAs,
    })
    if (major === undefined) await createCluster({ directory, binaries, runAs, passwordFile })
    postmaster = await start(directory, binaries, runAs, options.settings ?? {})
  } else {
    postmaster = found
    log.info({ pid: found.pid }, 'adopted the database that a crashed server left running')
  }

  let stopping: Promise<void> | undefined
  return {
    connection: await connectionOf(postmaster, passwordFile),
    pid: postmaster.pid,
    adopted: postmaster.adopted,
    created: major === undefined,
    stop: () => (stopping ??= stopPostmaster(postmaster, { cluster: directory, binaries, log })),
    abandon: () => {
      if (isRunning(postmaster.pid)) process.kill(postmaster.pid, 'SIGINT')
    },
  }
}

async function start(
  directory: string,
  binaries: PostgresBinaries,
  runAs: RunAs,
  extra: Readonly<Record<string, string>>,
): Promise<Postmaster> {
  const logFile = join(dirname(directory), 'postgres.log')
  const socket =
    process.platform === 'win32' ? undefined : await makeSocketDirectory(directory, runAs)
  const where =
    socket === undefined
      ? { listen_addresses: '127.0.0.1', port: String(await freePort()) }
      : {
          listen_addresses: '',
          // Relative to the cluster: the server's end of the path is short however long the directory's is.
          unix_socket_directories: socket.temporary ? socket.path : '.',
          unix_socket_permissions: '0700',
        }
  try {
    const settings = { ...engineSettings, ...where, ...extra }
    return await startOnceFree({ cluster: directory, binaries, runAs, logFile, settings })
  } catch (error) {
    if (socket?.temporary === true) await removeSocketDirectory(socket.path)
    throw error
  }
}

/** Backends whose postmaster was killed end by themselves, once their query is done; only then may a new one start. */
const orphansTimeoutMs = 30_000

async function startOnceFree(options: Parameters<typeof startPostmaster>[0]): Promise<Postmaster> {
  const deadline = performance.now() + orphansTimeoutMs
  for (;;) {
    try {
      return await startPostmaster(options)
    } catch (error) {
      const waiting = error instanceof Error && error.message.includes('pre-existing shared memory')
      if (!waiting || performance.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}

/** Durable, and small: one server uses it, on a machine that does other things too. */
const engineSettings = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '512MB',
  max_connections: '100',
  shared_buffers: '64MB',
  // Readers are few and the files are cached by the system: no helper processes for reading.
  io_method: 'sync',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  log_min_messages: 'warning',
  cluster_name: 'mothership',
  // Not in /dev/shm, which is outside the data directory and small in containers.
  ...(process.platform === 'linux' ? { dynamic_shared_memory_type: 'sysv' } : {}),
} as const

async function connectionOf(
  { host, port }: Postmaster,
  passwordFile: string | undefined,
): Promise<ClientConfig> {
  const base = { host, port, user: superuser }
  if (passwordFile === undefined) return base
  return { ...base, password: (await readFile(passwordFile, 'utf8')).trim() }
}

async function makePasswordFile(path: string): Promise<string> {
  if (existsSync(path)) return path
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.writeFile(`${randomBytes(24).toString('base64url')}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await chmod(path, 0o600)
  return path
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  return typeof address === 'object' && address !== null ? address.port : 0
}
