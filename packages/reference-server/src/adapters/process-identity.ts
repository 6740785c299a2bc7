import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/**
 * When a process started, as the system words it; `undefined` when there is no such process (or only its remains, not
 * yet collected). Together with the pid it names one process for good: pids are used again. On Windows the word is the
 * same for every process, so there only the pid counts.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  if (!isRunning(pid)) return undefined
  if (process.platform === 'linux') return linuxStart(pid)
  if (process.platform === 'win32') return 'running'
  return new Promise((resolve) => {
    execFile(
      'ps',
      ['-o', 'stat=,lstart=', '-p', String(pid)],
      { env: { LC_ALL: 'C' } },
      (error, out) => {
        const [state = 'Z', ...words] = out.trim().split(/\s+/)
        resolve(error !== null || state.startsWith('Z') ? undefined : words.join(' '))
      },
    )
  })
}

/** Whether a process with this pid exists; one of another user counts. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Waits until the process is gone; answers whether it went in time. */
export async function waitForEnd(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  let pauseMs = 2
  while ((await processStart(pid)) !== undefined) {
    if (performance.now() > deadline) return false
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    pauseMs = Math.min(pauseMs * 2, 50)
  }
  return true
}

async function linuxStart(pid: number): Promise<string | undefined> {
  let line: string
  try {
    line = await readFile(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  // The second field is the name in brackets and may hold anything, brackets included. Fields 3 and 22: state, start.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  if (state === 'Z' || state === 'X') return undefined
  return `${bootId()}/${fields[19] ?? ''}`
}

let boot: string | undefined

/** Start times count from the boot of the machine: after the next one they come again. */
function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return boot
}
