import { createHash, randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { threadId } from 'node:worker_threads'

/** Names this machine, process and thread within the name of a file that only it writes. */
export const ownerTag: string = [
  createHash('sha256').update(hostname()).digest('hex').slice(0, 8),
  process.pid,
  `${threadId}x${randomBytes(4).toString('hex')}`,
].join('-')

/** Form of a tag within a pattern. */
export const ownerPattern = '[0-9a-f]{8}-\\d+-\\d+x[0-9a-f]{8}'

/** A file of another machine is taken to be abandoned after so long without a write: its processes cannot be seen. */
const otherMachineMs = 3_600_000

/** Answers whether the process that wrote a file has ended, so that the file may be taken over. */
export function isAbandoned(tag: string, modifiedMs: number, now: number = Date.now()): boolean {
  if (tag === ownerTag) return false
  const [machine, pid] = tag.split('-')
  if (machine !== ownerTag.split('-')[0]) return now - modifiedMs > otherMachineMs
  if (Number(pid) === process.pid) {
    // A container's processes often have the same id: an earlier one wrote before this one began.
    return modifiedMs < Date.now() - process.uptime() * 1000
  }
  return !isRunning(Number(pid))
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0) // signal 0 only asks
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
