import { join } from 'node:path'
import type { Engine } from '../pipeline/engine.ts'
import type { Operation } from '../pipeline/operation.ts'
import { dropHeldRelease } from '../state/held-releases.ts'
import { readPlacement, writePlacement } from '../state/placements.ts'
import { redoChange, syncChange, undoChange } from './apply-change.ts'
import type { JournalState } from './journal-line.ts'
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
    await recordCommitted(engine, state)
    await tidyUp(engine, state)
    return 'finished'
  }
  await undoUncommitted(engine, state)
  await journal.remove()
  return 'undone'
}

/** Puts everything back for an operation of this process that failed before its decision. */
export async function abandonOperation(operation: Operation): Promise<void> {
  const { engine } = operation
  while (operation.activated.length > 0) {
    const active = operation.activated.at(-1)
    await active?.adapter.revert?.(active.item)
    operation.activated.pop()
  }
  const state = await readJournal(engine.fs, engine.state, operation.id)
  if (state !== undefined) await undoUncommitted(engine, state)
  await operation.journal.remove()
}

/** Makes placements and ledger say what was decided, and the disk too if a crash came between. */
export async function recordCommitted(engine: Engine, state: JournalState): Promise<void> {
  const { fs } = engine
  if (state.recorded || state.ready === undefined) return
  for (const change of state.ready.changes) await redoChange(fs, change)
  for (const change of state.ready.placements) await writePlacement(fs, engine.state, change)
  for (const change of state.ready.ledger) await engine.ledger.apply(change)
  const journal = operationJournal(fs, engine.state, state.begun.operation_id)
  await journal.append({ step: 'recorded' })
}

/** Removes what a recorded operation has no more use for: scratch, the old version's package and journal. */
export async function tidyUp(engine: Engine, state: JournalState): Promise<void> {
  const { fs } = engine
  await removeScratch(engine, state)
  for (const change of state.ready?.placements ?? []) {
    if (change.before === null) continue
    if (change.before.manifest_sha256 !== change.after?.manifest_sha256) {
      await dropHeldRelease(fs, engine.state, change.before.manifest_sha256)
    }
    await dropSuperseded(engine, change.before.operation_id)
  }
}

/** A journal that only waited for its tree to be flushed is over when that tree is gone. */
async function dropSuperseded(engine: Engine, operationId: string): Promise<void> {
  const state = await readJournal(engine.fs, engine.state, operationId)
  if (state === undefined || state.begun.items.length > 1) return // Shared with other items: recover() sees to it.
  await operationJournal(engine.fs, engine.state, operationId).remove()
}

async function undoUncommitted(engine: Engine, state: JournalState): Promise<void> {
  const { fs } = engine
  const journal = operationJournal(fs, engine.state, state.begun.operation_id)
  if (!state.undone && state.ready !== undefined) {
    for (const change of [...state.ready.changes].reverse()) {
      await undoChange(fs, change)
      await syncChange(fs, change)
    }
    await journal.append({ step: 'undone' })
  }
  await removeScratch(engine, state)
  for (const held of state.holds) {
    const placed = await readPlacement(fs, engine.state, held)
    if (placed?.manifest_sha256 === held.manifest_sha256) continue
    await dropHeldRelease(fs, engine.state, held.manifest_sha256)
  }
}

async function removeScratch(engine: Engine, state: JournalState): Promise<void> {
  for (const path of [...state.scratch].reverse()) await engine.fs.removeTree(path)
  for (const change of state.ready?.placements ?? []) {
    if (change.after === null) continue
    const name = `${change.after.operation_id}.${change.kind}.${change.slug}.new`
    await engine.fs.removeTree(join(engine.state.placements, name))
  }
}
