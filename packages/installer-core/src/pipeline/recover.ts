import { isKind } from '@mothership/manifest'
import { InstallerError } from '../errors.ts'
import type { JournalState, OperationAction } from '../journal/journal-line.ts'
import { journalPath, operationJournal, readJournal } from '../journal/operation-journal.ts'
import { recoverOperation } from '../journal/recover-operation.ts'
import type { RecoveryOutcome } from '../journal/recover-operation.ts'
import type { ItemKey } from '../ports/install-ledger.ts'
import { lockItem } from '../state/item-lock.ts'
import type { ItemLock } from '../state/item-lock.ts'
import { readPlacement } from '../state/placements.ts'
import { ensureStateDirectory, itemFileName } from '../state/state-directory.ts'
import { sweepOrphans } from '../state/sweep-orphans.ts'
import { flushTree } from '../tree/flush-tree.ts'
import { verifyTree } from '../tree/verify-tree.ts'
import type { Engine } from './engine.ts'
import { installedItem } from './installed-item.ts'

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
  /** Trees that a power cut had damaged and that were unpacked again. */
  readonly repaired: readonly ItemKey[]
  /** Operations that live processes are working on; they were left alone. */
  readonly busy: readonly string[]
  /** Leftovers without a journal that were removed, absolute paths. */
  readonly swept: readonly string[]
}

/**
 * Ends what dead processes left: operations before their decision are undone, decided ones finished and recorded.
 * Trees that were not flushed yet are flushed, or, when the machine went down since, compared with their file lists
 * and unpacked again where they differ. Call it once at start; an operation also does the first half for its items.
 */
export async function recoverAll(
  engine: Engine,
  repair: (item: ItemKey) => Promise<unknown>,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<RecoverResult> {
  await ensureStateDirectory(engine.fs, engine.state)
  const operations: RecoveredOperation[] = []
  const damaged: ItemKey[] = []
  const busy: string[] = []
  for (const operationId of await journaledOperations(engine)) {
    options.signal?.throwIfAborted()
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
      damaged.push(...(await settleTrees(engine, operationId)))
      settled = true
      const { action, items } = state.begun
      if (outcome !== 'nothing')
        operations.push({ operation_id: operationId, action, items, outcome })
    } finally {
      for (const lock of locks) await lock.release({ settled })
    }
  }
  await clearNotes(engine)
  for (const item of damaged) await repair(item)
  return { operations, repaired: damaged, busy, swept: await sweepOrphans(engine) }
}

/** Ends the one operation that a dead process left for an item the caller has locked. */
export async function recoverAbandoned(
  engine: Engine,
  operationId: string,
  locked: readonly ItemKey[],
): Promise<RecoveryOutcome> {
  const state = await readJournal(engine.fs, engine.state, operationId)
  const held = new Set(locked.map(itemFileName))
  const others = (state?.begun.items ?? []).filter((item) => !held.has(itemFileName(item)))
  const locks = await tryLock(engine, others)
  if (locks === undefined) {
    throw new InstallerError({
      code: 'busy',
      stage: 'lock',
      rule: 'item.one_operation_at_a_time',
      message: `Expected to recover an earlier transaction first; another process works on one of its items. Try again.`,
    })
  }
  let settled = false
  try {
    const outcome = await recoverOperation(engine, operationId)
    settled = true
    return outcome
  } finally {
    for (const lock of locks) await lock.release({ settled })
  }
}

/** A process that died between saying who it is and opening its journal did nothing but leave the note. */
async function clearNotes(engine: Engine): Promise<void> {
  const ending = '.holder'
  for (const { name } of await engine.fs.list(engine.state.locks)) {
    const [kind, ...slug] = name.slice(0, -ending.length).split('.')
    if (!name.endsWith(ending) || !isKind(kind)) continue
    const locks = await tryLock(engine, [{ kind, slug: slug.join('.') }])
    const [lock] = locks ?? []
    if (lock === undefined) continue
    const { abandoned } = lock
    const open =
      abandoned !== undefined &&
      (await engine.fs.inspect(journalPath(engine.state, abandoned.operation_id))) !== undefined
    await lock.release({ settled: !open })
  }
}

async function journaledOperations(engine: Engine): Promise<readonly string[]> {
  const ending = '.jsonl'
  const entries = await engine.fs.list(engine.state.journal)
  return entries
    .filter(({ name }) => name.endsWith(ending))
    .map(({ name }) => name.slice(0, -ending.length))
}

/** Makes the trees of a recorded operation safe, then lets its journal go; answers the items that need unpacking again. */
async function settleTrees(engine: Engine, operationId: string): Promise<readonly ItemKey[]> {
  const state = await readJournal(engine.fs, engine.state, operationId)
  if (state === undefined || !state.recorded) return []
  const damaged: ItemKey[] = []
  for (const change of state.ready?.placements ?? []) {
    if (change.after === null) continue
    const placement = await readPlacement(engine.fs, engine.state, change)
    if (placement?.operation_id !== operationId) continue // A later operation answers for this item now.
    const { files } = await installedItem(engine, placement)
    if (survived(engine, state)) await flushTree(engine.fs, placement.directory, files)
    else {
      const report = await verifyTree(engine.fs, placement.directory, files)
      if (report.missing.length + report.edited.length > 0) damaged.push(placement)
    }
  }
  await engine.fs.sync(engine.state.placements)
  if (damaged.length === 0) await operationJournal(engine.fs, engine.state, operationId).remove()
  return damaged
}

/** What was written under this boot of the machine is in its memory, whatever happened to the process. */
function survived(engine: Engine, state: JournalState): boolean {
  return state.begun.boot_id === engine.bootId
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
