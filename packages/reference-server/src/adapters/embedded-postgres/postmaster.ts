import { spawn } from 'node:child_process'
import { open, readFile, readlink, realpath, rename, rm, stat } from 'node:fs/promises'
import { join, resolve as resolvePath } from 'node:path'
import { ServerError } from '../../errors.ts'
import type { Logger } from '../../ports/logger.ts'
import { processStart, waitForEnd } from '../process-identity.ts'
import { binariesDoNotRun, type PostgresBinaries } from './binaries.ts'
import { programEnvironment } from './cluster.ts'
import type { RunAs } from './run-as.ts'
import { removeSocketDirectory, socketName } from './socket-directory.ts'

/** A running database server of one cluster. */
export interface Postmaster {
  readonly pid: number
  /** Where to connect: a socket directory, or a loopback address and port. */
  readonly host: string
  readonly port: number
  /** Whether it was found running, from a server that crashed. */
  readonly adopted: boolean
}

/** How long PostgreSQL may take to start, recovery after a power cut included, and to stop. */
const startTimeoutMs = 120_000
const fastStopTimeoutMs = 30_000

/**
 * The postmaster of this cluster that is running now, `undefined` when none is. One that is starting or stopping is waited for.
 * A pid file whose process is gone, or is some other program by now, is taken away.
 */
export async function findPostmaster(
  cluster: string,
  log: Logger,
): Promise<Postmaster | undefined> {
  const deadline = performance.now() + startTimeoutMs
  for (;;) {
    const record = await readPidFile(cluster)
    if (record === undefined) return undefined
    if (!(await isPostmasterOf(record.pid, cluster))) {
      log.info(
        { pid: record.pid },
        'the database was left behind by a crash and is not running any more',
      )
      await removeSocketDirectory(record.socketDirectory)
      // PostgreSQL would take a pid that was given to another program, or whose remains nobody collected, for its own.
      // Backends that outlived their postmaster still keep a new one away: it looks for their shared memory.
      for (const name of ['postmaster.pid', `${socketName}.lock`, socketName]) {
        await rm(join(cluster, name), { force: true })
      }
      return undefined
    }
    if (record.status === 'ready') {
      return { pid: record.pid, host: hostOf(record, cluster), port: record.port, adopted: true }
    }
    if (performance.now() > deadline) {
      throw new ServerError(
        'engine_failed',
        `the database of ${cluster} (process ${record.pid}) has been "${record.status}" for ${startTimeoutMs / 1000} s: look at its log, end that process, and start again`,
      )
    }
    await pause(20)
  }
}

/** Starts PostgreSQL in a session of its own, so that a Ctrl-C meant for the server does not reach it. */
export async function startPostmaster(options: {
  readonly cluster: string
  readonly binaries: PostgresBinaries
  readonly runAs: RunAs
  readonly logFile: string
  readonly settings: Readonly<Record<string, string>>
}): Promise<Postmaster> {
  const { cluster, binaries, runAs, logFile, settings } = options
  await keepLogSmall(logFile)
  const logHandle = await open(logFile, 'a', 0o600)
  const logStart = (await logHandle.stat()).size
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const path = runAs.clusterPath(cluster)
  // On Windows pg_ctl starts it: PostgreSQL refuses administrators, and pg_ctl knows how to drop their rights.
  const { file, args, identity } =
    process.platform === 'win32'
      ? runAs.command(binaries.pgCtl, ['start', '-W', '-D', path, '-o', windowsFlags(settings)])
      : runAs.command(binaries.postgres, ['-D', path, ...flags])
  const child = spawn(file, args, {
    ...identity,
    cwd: cluster,
    detached: true,
    env: programEnvironment(),
    stdio: ['ignore', logHandle.fd, logHandle.fd],
    windowsHide: true,
  })
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(`exit ${code ?? signal}`))
  })
  child.unref()
  await logHandle.close()
  let end: string | undefined
  void ended.then((how) => (end = how))

  const deadline = performance.now() + startTimeoutMs
  for (let pauseMs = 4; ; pauseMs = Math.min(pauseMs * 1.5, 50)) {
    const record = await readPidFile(cluster)
    const ours = process.platform === 'win32' || record?.pid === child.pid
    if (record?.status === 'ready' && ours) {
      return { pid: record.pid, host: hostOf(record, cluster), port: record.port, adopted: false }
    }
    if (child.pid === undefined) throw binariesDoNotRun(await ended)
    const failed = end !== undefined && (process.platform !== 'win32' || end !== 'exit 0')
    if (failed || performance.now() > deadline) {
      const detail = (await tail(logFile, logStart)) || end || 'no answer in time'
      throw new ServerError(
        'engine_failed',
        `the embedded database in ${cluster} did not start: ${detail}`,
      )
    }
    await pause(pauseMs)
  }
}

/** Stops PostgreSQL: clients are sent away, everything is written, nothing is lost. */
export async function stopPostmaster(
  postmaster: Postmaster,
  options: { readonly cluster: string; readonly binaries: PostgresBinaries; readonly log: Logger },
): Promise<void> {
  const { pid } = postmaster
  await signal(options, pid, 'SIGINT')
  if (!(await waitForEnd(pid, fastStopTimeoutMs))) {
    options.log.warn(
      { pid },
      'the database does not stop; ending it the hard way, it recovers at its next start',
    )
    await signal(options, pid, 'SIGQUIT')
    if (!(await waitForEnd(pid, fastStopTimeoutMs))) {
      throw new ServerError(
        'engine_failed',
        `the database (process ${pid}) does not stop; end it by hand before the next start`,
      )
    }
  }
  await removeSocketDirectory(postmaster.host)
}

async function signal(
  { cluster, binaries }: { readonly cluster: string; readonly binaries: PostgresBinaries },
  pid: number,
  name: 'SIGINT' | 'SIGQUIT',
): Promise<void> {
  if (process.platform === 'win32') {
    const mode = name === 'SIGINT' ? 'fast' : 'immediate'
    const child = spawn(binaries.pgCtl, ['stop', '-W', '-m', mode, '-D', cluster], {
      stdio: 'ignore',
    })
    await new Promise((resolve) => child.once('close', resolve))
    return
  }
  try {
    process.kill(pid, name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

interface PidRecord {
  readonly pid: number
  readonly port: number
  readonly socketDirectory: string
  readonly listenAddress: string
  readonly status: string
}

/** postmaster.pid: pid, data directory, start time, port, socket directory, address, shared memory key, status, by line. */
async function readPidFile(cluster: string): Promise<PidRecord | undefined> {
  let text: string
  try {
    text = await readFile(join(cluster, 'postmaster.pid'), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const lines = text.split('\n')
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid === 0) return undefined // Being written right now.
  return {
    pid: Math.abs(pid),
    port: Number(lines[3] ?? 0),
    socketDirectory: lines[4] ?? '',
    listenAddress: lines[5] ?? '',
    status: (lines[7] ?? 'starting').trim(),
  }
}

function hostOf(record: PidRecord, cluster: string): string {
  if (record.socketDirectory === '') return record.listenAddress
  return resolvePath(cluster, record.socketDirectory) // '.' is the cluster itself.
}

/** A pid may have been given to another program since: it must be PostgreSQL, working in this very directory. */
async function isPostmasterOf(pid: number, cluster: string): Promise<boolean> {
  if ((await processStart(pid)) === undefined) return false
  if (process.platform !== 'linux') return true // PostgreSQL itself checks again before it starts a second one.
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(cluster))
  } catch {
    // A container's root may not look into other users' processes; the name is open to all.
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
    return name.trim() === 'postgres'
  }
}

function windowsFlags(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value === '' ? '""' : value}`)
    .join(' ')
}

/** Beyond this the log of the database is put aside at start; one old one is kept. */
const largestLogBytes = 4 * 1024 * 1024

async function keepLogSmall(logFile: string): Promise<void> {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  )
  if (size > largestLogBytes) await rename(logFile, `${logFile}.1`)
}

async function tail(file: string, from: number): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const lines = Buffer.from(text).subarray(from).toString().trim().split('\n')
  return lines.slice(-3).join(' | ').slice(-600)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
