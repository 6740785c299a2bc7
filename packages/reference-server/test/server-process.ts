import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const main = join(root, 'packages', 'reference-server', 'dist', 'main.js')

/** A server in a process of its own, as an operator runs it. */
export interface ServerProcess {
  readonly child: ChildProcess
  readonly url: string
  readonly pid: number
  /** The embedded database's process. */
  readonly databasePid: number
  /** What it said so far, both streams. */
  readonly output: () => string
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>
}

/** Builds what changed, so that the processes run what the sources say. */
export async function buildServer(): Promise<void> {
  await promisify(execFile)(process.execPath, [join(root, 'scripts', 'build.mjs'), '--quiet'])
}

/** Starts the command, and answers once it listens; rejects with what it said when it ends before. */
export async function startProcess(
  dataDirectory: string,
  environment: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<ServerProcess> {
  const run = spawnCommand(['serve', ...args], {
    PORT: '0',
    MOTHERSHIP_DATA_DIR: dataDirectory,
    ...environment,
  })
  const url = await new Promise<string>((resolve, reject) => {
    run.child.stdout?.on('data', () => {
      const [, found] = /"url":"([^"]+)"/.exec(run.output()) ?? []
      if (found !== undefined) resolve(found)
    })
    void run.ended.then((code) => reject(new Error(`ended with ${code}: ${run.output()}`)))
  })
  return {
    ...run,
    url,
    pid: run.child.pid ?? 0,
    databasePid: environment['DATABASE_URL'] === undefined ? databasePid(dataDirectory) : 0,
  }
}

/** Runs the command to its end. */
export async function runCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ code: number | NodeJS.Signals | null; output: string }> {
  const run = spawnCommand(args, environment)
  const code = await run.ended
  return { code, output: run.output() }
}

function spawnCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Pick<ServerProcess, 'child' | 'output' | 'ended'> {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      output += piece.toString()
    })
  }
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal))
  })
  return { child, output: () => output, ended }
}

function databasePid(dataDirectory: string): number {
  return Number(
    readFileSync(join(dataDirectory, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0],
  )
}
