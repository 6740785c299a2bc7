import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { InstallerError, toInstallerError } from '../errors.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { ItemKey } from '../ports/install-ledger.ts'
import { itemFileName } from './state-directory.ts'
import type { StateDirectory } from './state-directory.ts'

/** Who holds an item, for the message another process shows and for finding what a dead one left. */
export interface LockHolder {
  readonly operation_id: string
  readonly action: string
  readonly process_id: number
  readonly since: string
}

/** A held lock. */
export interface ItemLock {
  /** What the last holder left behind when it died, if it did. */
  readonly abandoned: LockHolder | undefined
  /** The operation it was announced for. */
  readonly operationId: string | undefined
  /** Says who holds the item now. */
  announce(holder: LockHolder): Promise<void>
  /** Gives the item free; `settled` also removes the note about the holder. */
  release(options: { readonly settled: boolean }): Promise<void>
}

const largestHolderBytes = 4096

/**
 * Takes an item for this operation alone, across threads and processes, or throws `busy` at once.
 *
 * The lock is the operating system's own, taken by SQLite on an empty file: it ends with its process whatever kills
 * it, so there is no stale lock to guess about, and it holds between containers that share the directory, where
 * process ids say nothing.
 */
export async function lockItem(
  fs: FileSystem,
  state: StateDirectory,
  item: ItemKey,
): Promise<ItemLock> {
  const name = itemFileName(item)
  const notePath = join(state.locks, `${name}.holder`)
  const database = openExclusive(join(state.locks, name))
  if (database === undefined) throw await busy(fs, notePath, item)
  try {
    const abandoned = await readHolder(fs, notePath)
    let operationId: string | undefined
    return {
      abandoned,
      get operationId() {
        return operationId
      },
      async announce(holder) {
        operationId = holder.operation_id
        if ((await fs.inspect(notePath)) !== undefined) await fs.removeFile(notePath)
        await fs.writeNewFile(notePath, new TextEncoder().encode(JSON.stringify(holder)), 0o600)
      },
      async release(options) {
        try {
          if (options.settled && (await fs.inspect(notePath)) !== undefined) {
            await fs.removeFile(notePath)
          }
        } finally {
          database.close()
        }
      },
    }
  } catch (error) {
    database.close()
    throw toInstallerError(error, 'lock', item)
  }
}

/** Takes the lock of a file for this process alone, or answers `undefined` when somebody has it. */
export function openExclusive(path: string): DatabaseSync | undefined {
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    // IMMEDIATE takes the one lock that needs nobody else to let go of theirs: of two that ask at once, one gets it.
    database.exec('BEGIN IMMEDIATE')
    return database
  } catch (error) {
    database.close()
    // SQLITE_BUSY: somebody else has it.
    if (error instanceof Error && 'errcode' in error && error.errcode === 5) return undefined
    throw error
  }
}

async function busy(fs: FileSystem, notePath: string, item: ItemKey): Promise<InstallerError> {
  const holder = await readHolder(fs, notePath)
  const who =
    holder === undefined
      ? 'another operation'
      : `process ${holder.process_id} (${holder.action}, since ${holder.since})`
  return new InstallerError({
    code: 'busy',
    stage: 'lock',
    rule: 'item.one_operation_at_a_time',
    message: `Expected to be the only one working on ${item.kind} ${item.slug}; ${who} has it. Try again when it is done.`,
    item,
  })
}

async function readHolder(fs: FileSystem, path: string): Promise<LockHolder | undefined> {
  if ((await fs.inspect(path)) === undefined) return undefined
  try {
    const value: unknown = JSON.parse(
      new TextDecoder().decode(await fs.readFile(path, largestHolderBytes)),
    )
    return isHolder(value) ? value : undefined
  } catch {
    return undefined // A note torn by a crash, or removed this moment: it only ever informs.
  }
}

function isHolder(value: unknown): value is LockHolder {
  return (
    typeof value === 'object' &&
    value !== null &&
    'operation_id' in value &&
    typeof value.operation_id === 'string' &&
    'action' in value &&
    typeof value.action === 'string' &&
    'process_id' in value &&
    typeof value.process_id === 'number' &&
    'since' in value &&
    typeof value.since === 'string'
  )
}
