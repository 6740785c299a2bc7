// One step of a run: a command or a function, timed, its output kept for when it fails.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../reports/report-files.ts'

export interface StepResult {
  name: string
  ok: boolean
  seconds: number
  output: string
}

export interface CommandOptions {
  /** Print what the command prints as it comes, instead of keeping it. */
  live?: boolean
  env?: Record<string, string>
}

/** Runs a command from the repository's root. It reads nothing from the terminal. */
export async function runCommand(
  name: string,
  command: string,
  args: readonly string[],
  { live = false, env = {} }: CommandOptions = {},
): Promise<StepResult> {
  const started = performance.now()
  const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
      env: { ...process.env, ...env },
    })
    stopWithUs(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    child.on('error', (error) => resolve({ code: 127, output: `cannot run it: ${error.message}` }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
  return { name, ok: code === 0, seconds: secondsSince(started), output: output.trim() }
}

/** Runs a tool of the workspace by its script, which works the same on every platform. */
export function runTool(
  name: string,
  script: string,
  args: readonly string[],
  options?: CommandOptions,
): Promise<StepResult> {
  return runCommand(name, process.execPath, [join(root, script), ...args], options)
}

/** Runs a check written here: it answers the problems it found. */
export async function runFunction(
  name: string,
  check: () => readonly string[] | Promise<readonly string[]>,
): Promise<StepResult> {
  const started = performance.now()
  const problems = await check()
  return {
    name,
    ok: problems.length === 0,
    seconds: secondsSince(started),
    output: problems.join('\n'),
  }
}

export function describeStep({ name, ok, seconds, output }: StepResult, note = ''): string {
  const line = `  ${name.padEnd(16)} ${ok ? 'ok    ' : 'FAILED'} ${seconds.toFixed(1).padStart(6)} s`
  const detail = ok || output === '' ? '' : `\n${output.replace(/^/gm, '      ')}`
  return `${line}${note ? `   ${note}` : ''}${detail}`
}

const running = new Set<ChildProcess>()
let stopped = false

/** A run that is stopped takes its commands with it and starts no others. */
function stopWithUs(child: ChildProcess): void {
  if (running.size === 0) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stopAll)
  }
  running.add(child)
  child.once('close', () => {
    running.delete(child)
    if (running.size > 0) return
    if (stopped) process.exit(130)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, stopAll)
  })
}

function stopAll(): void {
  stopped = true
  for (const child of running) child.kill('SIGTERM')
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000
}
