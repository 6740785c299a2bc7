import { randomBytes } from 'node:crypto'
import { readdir, readFile, readlink, rename, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { ServerError } from '../errors.ts'
import { createFile, writeAside } from './durable-files.ts'
import { processStart } from './process-identity.ts'

/** The exclusive right to a data directory. */
export interface DataDirectoryLock extends AsyncDisposable {
  /** Gives the right back. */
  readonly release: () => Promise<void>
}

/** What the lock file says of its holder. */
const holderSchema = z.object({
  /** Names this very lock, once and for all. */
  token: z.string().regex(/^[0-9a-f]{24}$/),
  pid: z.number().int().positive(),
  /** When the process started, in the system's words: pids are used again. */
  process_started: z.string(),
  /** Where pids are counted: a container has its own. */
  pid_namespace: z.string(),
  host: z.string(),
  command: z.string(),
  locked_at: z.string(),
})
type Holder = z.infer<typeof holderSchema>

/** The lock's name in the data directory. */
export const lockFileName = 'server.lock'

/** A holder in another container cannot be looked at; it shows that it lives by touching its lock this often. */
const heartbeatMs = 2_000
const silenceMs = 3 * heartbeatMs + 500

/**
 * Takes the lock of a data directory, or takes it over from a holder that is gone. Held by a file that is linked into
 * place. Taking over is safe against others doing the same: a stale lock has one successor only, the one who creates
 * the file named after its token, and only the successor may replace it.
 *
 * @throws ServerError `data_directory_locked`, naming the holder.
 */
export async function lockDataDirectory(
  directory: string,
  options: { readonly command?: string; readonly silenceMs?: number } = {},
): Promise<DataDirectoryLock> {
  const file = join(directory, lockFileName)
  const mine: Holder = {
    token: randomBytes(12).toString('hex'),
    pid: process.pid,
    process_started: (await processStart(process.pid)) ?? '',
    pid_namespace: await pidNamespace(),
    host: hostname(),
    command: options.command ?? process.argv.slice(1).join(' '),
    locked_at: new Date().toISOString(),
  }
  for (;;) {
    if (await createFile(file, serialize(mine))) break
    const holder = await readHolder(file)
    if (holder === undefined) continue // Released in between.
    const claims = await lastClaim(file, holder, options.silenceMs ?? silenceMs)
    if (await succeed(file, mine, holder, claims)) break
  }
  await removeClaims(file)
  return keep(file, mine)
}

/** While the lock has a living holder no claim counts: what lies there was left by a crash, or is about to be given up. */
async function removeClaims(file: string): Promise<void> {
  for (const name of await readdir(dirname(file))) {
    if (name.startsWith(`${basename(file)}.after-`)) {
      await rm(join(dirname(file), name), { force: true })
    }
  }
}

/** Follows the chain of those who died while taking over; throws when somebody in it is alive. */
async function lastClaim(file: string, stale: Holder, patienceMs: number): Promise<Holder[]> {
  const chain = [stale]
  let path = file
  for (let holder: Holder | undefined = stale; holder !== undefined;) {
    if (await isAlive(holder, path, patienceMs)) throw lockedBy(holder, file)
    path = claimFile(file, holder)
    holder = await readHolder(path)
    if (holder !== undefined) chain.push(holder)
  }
  return chain
}

async function succeed(
  file: string,
  mine: Holder,
  stale: Holder,
  chain: Holder[],
): Promise<boolean> {
  const claim = claimFile(file, chain.at(-1) ?? stale)
  if (!(await createFile(claim, serialize(mine)))) return false // Somebody else succeeds: look again.
  // Did the lock pass on, and the claims before ours vanish, while we looked? Then our claim is for nothing.
  const still = await readHolder(file)
  if (still?.token !== stale.token || !(await allPresent(file, chain.slice(0, -1)))) {
    await rm(claim, { force: true })
    return false
  }
  await rename(await writeAside(file, serialize(mine), 0o600), file)
  return true
}

async function allPresent(file: string, holders: readonly Holder[]): Promise<boolean> {
  for (const holder of holders) {
    if ((await readHolder(claimFile(file, holder))) === undefined) return false
  }
  return true
}

function keep(file: string, mine: Holder): DataDirectoryLock {
  const heartbeat = setInterval(() => {
    const now = new Date()
    // A lock that cannot be touched is gone or on a broken disk; whatever comes of it shows elsewhere.
    utimes(file, now, now).catch(() => undefined)
  }, heartbeatMs)
  heartbeat.unref()
  let releasing: Promise<void> | undefined
  const release = (): Promise<void> => {
    releasing ??= (async () => {
      clearInterval(heartbeat)
      if ((await readHolder(file))?.token === mine.token) await rm(file, { force: true })
    })()
    return releasing
  }
  return { release, [Symbol.asyncDispose]: release }
}

async function isAlive(holder: Holder, path: string, patienceMs: number): Promise<boolean> {
  if (holder.pid_namespace === (await pidNamespace())) {
    return (await processStart(holder.pid)) === holder.process_started
  }
  // Another container, or another machine: watch for a sign of life rather than compare clocks.
  const before = await modified(path)
  const deadline = performance.now() + patienceMs
  while (performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    if ((await modified(path)) !== before) return true
  }
  return false
}

async function modified(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.mtimeMs,
    () => 0,
  )
}

async function readHolder(path: string): Promise<Holder | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    return holderSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new ServerError(
      'data_directory_locked',
      `${path} is not a lock that this server wrote: make sure that no server uses the directory, delete the file, and start again`,
      { cause: error },
    )
  }
}

function lockedBy(holder: Holder, file: string): ServerError {
  const where = holder.host === hostname() ? '' : ` on ${holder.host}`
  return new ServerError(
    'data_directory_locked',
    `the data directory is in use by process ${holder.pid}${where} ("${holder.command}", since ${holder.locked_at}): stop that server, or give this one another directory with MOTHERSHIP_DATA_DIR (lock: ${file})`,
  )
}

async function pidNamespace(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '')
  // Namespace numbers are the kernel's own: another machine (a network file system) counts differently.
  return namespace === '' ? hostname() : `${hostOf(await processStart(process.pid))}/${namespace}`
}

/** The boot id within a Linux process start. */
function hostOf(start: string | undefined): string {
  return start?.split('/')[0] ?? ''
}

function claimFile(file: string, holder: Holder): string {
  return `${file}.after-${holder.token}`
}

function serialize(holder: Holder): string {
  return `${JSON.stringify(holder, null, 2)}\n`
}
