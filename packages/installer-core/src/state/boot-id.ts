import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'

/**
 * Names this run of the machine: what was written under the same name survived, whatever happened to the process.
 * Where the system has no such name, the minute it started stands for it; a wrong "other run" only costs a check.
 */
export function readBootId(now: () => number): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return `started-${Math.round((now() - uptime() * 1000) / 60_000)}`
  }
}
