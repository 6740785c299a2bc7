import { sha256 } from '@mothership/manifest'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { InstallerError } from '../errors.ts'
import { openExclusive } from './item-lock.ts'
import type { StateDirectory } from './state-directory.ts'

/** A held lock on a file of the host's. */
export interface HostFileLock {
  release(): void
}

// A commit holds a host file for milliseconds; one that takes this long hangs, and its process should be looked at.
const longestWaitMs = 30_000
const betweenTriesMs = 10

/**
 * Keeps installers that share a state directory from building on the same old content of a host file. Waits for
 * others, unlike the lock of an item: two items with entries in one file are no conflict.
 */
export async function lockHostFile(
  state: StateDirectory,
  file: string,
  signal: AbortSignal | undefined,
): Promise<HostFileLock> {
  const path = join(state.locks, `file.${sha256(new TextEncoder().encode(file)).slice(0, 32)}`)
  for (let waitedMs = 0; waitedMs < longestWaitMs; waitedMs += betweenTriesMs) {
    signal?.throwIfAborted()
    const database = openExclusive(path)
    if (database !== undefined) return { release: () => database.close() }
    await pause(betweenTriesMs)
  }
  throw new InstallerError({
    code: 'busy',
    stage: 'commit',
    rule: 'host_file.one_operation_at_a_time',
    message: `Expected ${file} to become free within ${longestWaitMs / 1000} s; another installer still works on it. Try again.`,
    file,
  })
}
