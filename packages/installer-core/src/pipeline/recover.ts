import { InstallerError } from '../errors.ts'
import type { OperationAction } from '../journal/journal-line.ts'
import { readJournal } from '../journal/operation-journal.ts'
import { recoverOperation } from '../journal/recover-operation.ts'
import type { ItemKey } from '../ports/install-ledger.ts'
import { lockItem } from '../state/item-lock.ts'
import type { ItemLock } from '../state/item-lock.ts'
import { ensureStateDirectory } from '../state/state-directory.ts'
import type { Engine } from './engine.ts'

/** One operation that recovery ended. */
export interface RecoveredOperation {
  readonly operation_id: string
  readonly action: OperationAction
  readonly items: readonly ItemKey[]
  readonly outcome: 'undone' | 'finished'
}

/** What `recover` did. */
export interface RecoverResult {
  readonly operations: readonly RecoveredOperation[]
  /** Operations that live processes are working on; they were left alone. */
  readonly busy: readonly string[]
}

/**
 * Ends what dead processes left: operations before their decision are undone, decided ones finished and recorded.
 * Call it once at start; any operation also does it for the items it touches.
 */
export async function recoverAll(
  engine: Engine,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<RecoverResult> {
  await ensureStateDirectory(engine.fs, engine.state)
  const operations: RecoveredOperation[] = []
  const busy: string[] = []
  for (const entry of await engine.fs.list(engine.state.journal)) {
    options.signal?.throwIfAborted()
    if (!entry.name.endsWith('.jsonl')) continue
    const operationId = entry.name.slice(0, -'.jsonl'.length)
    const state = await readJournal(engine.fs, engine.state, operationId)
    if (state === undefined) continue
    const locks = await tryLock(engine, state.begun.items)
    if (locks === undefined) {
      busy.push(operationId)
      continue
    }
    let settled = false
    try {
      const outcome = await recoverOperation(engine, operationId)
      settled = true
      if (outcome === 'nothing') continue
      const { action, items } = state.begun
      operations.push({ operation_id: operationId, action, items, outcome })
    } finally {
      for (const lock of locks) await lock.release({ settled })
    }
  }
  return { operations, busy }
}

async function tryLock(
  engine: Engine,
  items: readonly ItemKey[],
): Promise<readonly ItemLock[] | undefined> {
  const locks: ItemLock[] = []
  for (const item of items) {
    try {
      locks.push(await lockItem(engine.fs, engine.state, item))
    } catch (error) {
      for (const lock of locks) await lock.release({ settled: false })
      if (error instanceof InstallerError && error.code === 'busy') return undefined
      throw error
    }
  }
  return locks
}
