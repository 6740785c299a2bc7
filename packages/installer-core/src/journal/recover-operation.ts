import { join } from 'node:path'
import type { Engine } from '../pipeline/engine.ts'
import { installedItem } from '../pipeline/installed-item.ts'
import { dropHeldRelease } from '../state/held-releases.ts'
import { readPlacement, writePlacement } from '../state/placements.ts'
import { itemFileName } from '../state/state-directory.ts'
import { redoChange, syncChange, undoChange } from './apply-change.ts'
import type { JournalState, Placement } from './journal-line.ts'
import { operationJournal, readJournal } from './operation-journal.ts'

/** How recovery ended an operation. */
export type RecoveryOutcome = 'undone' | 'finished' | 'nothing'

/**
 * Ends an operation whose process is gone; the caller holds its items. Before the decision it is undone, after it
 * finished. Repeatable: a recovery that is itself interrupted is taken up by the next.
 */
export async function recoverOperation(
  engine: Engine,
  operationId: string,
): Promise<RecoveryOutcome> {
  const state = await readJournal(engine.fs, engine.state, operationId)
  const journal = operationJournal(engine.fs, engine.state, operationId)
  if (state === undefined) {
    await journal.remove()
    return 'nothing'
  }
  if (state.committed) {
    const outcome = state.recorded ? 'nothing' : 'finished'
    await finishCommitted(engine, state)
    await tidyUp(engine, state)
    return outcome
  }
  await undoUncommitted(engine, state)
  await journal.remove()
  return 'undone'
}

/** Puts everything back for an operation of this process that failed before its decision. */
export async function abandonOperation(engine: Engine, operationId: string): Promise<void> {
  const state = await readJournal(engine.fs, engine.state, operationId)
  const journal = operationJournal(engine.fs, engine.state, operationId)
  // A line that failed to be flushed may be there all the same; a crash from here on must not take it for a decision.
  if (state?.committed === true) await journal.append({ step: 'withdrawn' }, { sync: true })
  if (state !== undefined) await undoUncommitted(engine, state)
  await journal.remove()
}

/** Makes placements and ledger say what was decided. */
export async function recordCommitted(engine: Engine, state: JournalState): Promise<void> {
  const { fs } = engine
  if (state.recorded || state.ready === undefined) return
  for (const change of state.ready.placements) await writePlacement(fs, engine.state, change)
  for (const change of state.ready.ledger) await engine.ledger.apply(change)
  const journal = operationJournal(fs, engine.state, state.begun.operation_id)
  await journal.append({ step: 'recorded' })
}

/**
 * Removes what a recorded operation has no more use for: scratch, the old version's package and journal. Its own
 * journal goes too when nothing is left to flush.
 */
export async function tidyUp(engine: Engine, state: JournalState): Promise<void> {
  const { fs } = engine
  await removeScratch(engine, state)
  const placements = state.ready?.placements ?? []
  for (const change of placements) {
    if (change.before === null) continue
    if (change.before.manifest_sha256 !== change.after?.manifest_sha256) {
      await dropHeldRelease(fs, engine.state, change.before.manifest_sha256)
    }
    await dropSuperseded(engine, change.before.operation_id)
  }
  const flushed = engine.durability === 'tree' || placements.every(({ after }) => after === null)
  if (!flushed) return
  await fs.sync(engine.state.placements)
  await operationJournal(fs, engine.state, state.begun.operation_id).remove()
}

/** The decision was made, then the process died: the disk, the host and the records are brought to it. */
async function finishCommitted(engine: Engine, state: JournalState): Promise<void> {
  if (state.recorded || state.ready === undefined) return
  for (const change of state.ready.changes) await redoChange(engine.fs, change)
  for (const { before, after } of state.ready.placements) {
    await tellAdapter(engine, before, 'revert')
    await tellAdapter(engine, after, 'apply')
  }
  await recordCommitted(engine, state)
}

async function undoUncommitted(engine: Engine, state: JournalState): Promise<void> {
  const { fs } = engine
  const journal = operationJournal(fs, engine.state, state.begun.operation_id)
  if (!state.undone && state.ready !== undefined) {
    for (const { after } of state.ready.placements) await tellAdapter(engine, after, 'revert')
    for (const change of [...state.ready.changes].reverse()) {
      await undoChange(fs, change)
      await syncChange(fs, change)
    }
    for (const { before } of state.ready.placements) await tellAdapter(engine, before, 'apply')
    await journal.append({ step: 'undone' })
  }
  await removeScratch(engine, state)
  for (const path of state.keeps) await fs.removeTree(path)
  for (const held of state.holds) {
    const placed = await readPlacement(fs, engine.state, held)
    if (placed?.manifest_sha256 === held.manifest_sha256) continue
    await dropHeldRelease(fs, engine.state, held.manifest_sha256)
  }
}

/** Tells a host's own registry, where an adapter keeps one, to take an item in or let it go; both are repeatable. */
async function tellAdapter(
  engine: Engine,
  placement: Placement | null,
  call: 'apply' | 'revert',
): Promise<void> {
  if (placement === null || (call === 'apply' && !placement.enabled)) return
  const adapter = engine.adapters[placement.kind]
  if (adapter?.[call] === undefined) return
  const { item } = await installedItem(engine, placement)
  await adapter[call](item)
}

/** A journal that only waited for its tree to be flushed is over when that tree is gone. */
async function dropSuperseded(engine: Engine, operationId: string): Promise<void> {
  const state = await readJournal(engine.fs, engine.state, operationId)
  if (state === undefined || state.begun.items.length > 1) return // Shared with other items: recover() sees to it.
  await operationJournal(engine.fs, engine.state, operationId).remove()
}

async function removeScratch(engine: Engine, state: JournalState): Promise<void> {
  for (const path of [...state.scratch].reverse()) await engine.fs.removeTree(path)
  for (const change of state.ready?.placements ?? []) {
    if (change.after === null) continue
    const name = `${change.after.operation_id}.${itemFileName(change)}.new`
    await engine.fs.removeTree(join(engine.state.placements, name))
  }
}
