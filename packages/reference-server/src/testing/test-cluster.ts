import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ClientConfig } from 'pg'
import { processStart } from '../adapters/process-identity.ts'

/** What the keeper tells the test processes: how to reach a superuser of each engine that is there. */
export interface TestServers {
  readonly embedded: ClientConfig
  readonly postgres?: ClientConfig
}

/** The process that the run belongs to: vitest's main one, whether its workers are processes or threads. */
export function runProcess(): number {
  return process.env['VITEST'] === undefined
    ? process.pid
    : Number(process.env['MOTHERSHIP_TEST_RUN'] ?? process.ppid)
}

/**
 * One embedded cluster for a whole test run: the first test process starts a keeper, which starts the cluster, waits
 * for the end of the run, and takes everything away again, even when the run was killed.
 */
export async function testServers(): Promise<TestServers> {
  const run = runProcess()
  const started = createHash('sha256')
    .update((await processStart(run)) ?? '')
    .digest('hex')
  const directory = join(tmpdir(), `mothership-test-${run}-${started.slice(0, 8)}`)
  const first = await mkdir(directory, { mode: 0o700 }).then(
    () => true,
    () => false,
  )
  if (first) {
    const keeper = fileURLToPath(new URL('./test-cluster-keeper.ts', import.meta.url))
    const log = await open(join(directory, 'keeper.log'), 'a')
    spawn(process.execPath, ['--conditions=@mothership/source', keeper, directory, String(run)], {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, NODE_OPTIONS: '' },
    }).unref()
    await log.close()
  }
  return waitForServers(directory)
}

/** Where the keeper leaves its answer. */
export function answerFile(directory: string): string {
  return join(directory, 'servers.json')
}

/** Writes the answer so that a reader sees all of it or none. */
export async function answer(directory: string, servers: TestServers): Promise<void> {
  await writeFile(`${answerFile(directory)}.new`, JSON.stringify(servers), { mode: 0o600 })
  await rename(`${answerFile(directory)}.new`, answerFile(directory))
}

/** Forgets a run. */
export async function forget(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true })
}

async function waitForServers(directory: string): Promise<TestServers> {
  const deadline = performance.now() + 90_000
  for (;;) {
    const text = await readFile(answerFile(directory), 'utf8').catch(() => undefined)
    if (text !== undefined) return JSON.parse(text) as TestServers
    if (performance.now() > deadline) {
      const log = await readFile(join(directory, 'keeper.log'), 'utf8').catch(() => '')
      throw new Error(
        `the test database did not start within 90 s; its log says: ${log.slice(-800)}`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
