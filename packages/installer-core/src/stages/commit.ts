import { dirname } from 'node:path'
import { InstallerError } from '../errors.ts'
import { redoChange, syncChange } from '../journal/apply-change.ts'
import { recordCommitted, tidyUp } from '../journal/recover-operation.ts'
import type { Change, PlacementChange, TreeSwap } from '../journal/journal-line.ts'
import { readJournal } from '../journal/operation-journal.ts'
import type { Operation } from '../pipeline/operation.ts'
import type { LedgerChange } from '../ports/install-ledger.ts'
import type { AdapterItem, HostFileEdit, KindAdapter } from '../ports/kind-adapter.ts'
import { flushHeldRelease } from '../state/held-releases.ts'
import { assertUnedited, stageEdits } from './host-files.ts'
import { recheckTarget } from '../state/target-place.ts'
import type { TargetPlace } from '../state/target-place.ts'

/** Everything one item needs to change, prepared to the last byte. */
export interface ReadyItem {
  /** The target directories involved, pinned. */
  readonly places: readonly TargetPlace[]
  readonly trees: readonly TreeSwap[]
  /** What is to change in host files. */
  readonly edits: readonly HostFileEdit[]
  readonly placement: PlacementChange
  readonly ledger: LedgerChange
  readonly adapter: KindAdapter
  /** The item to activate in the host, unless it is being removed. */
  readonly activate: AdapterItem | undefined
  /** The item to take out of the host. */
  readonly deactivate: AdapterItem | undefined
}

/**
 * Announces, carries out and decides. Before the first rename the journal and the held packages are on the device;
 * after the decision the operation can only be finished.
 */
export async function commitItems(
  operation: Operation,
  ready: readonly ReadyItem[],
): Promise<void> {
  const { engine, journal } = operation
  const { fs, state } = engine
  await checkLedger(operation)
  const trees = ready.flatMap((item) => item.trees)
  assertOnePlaceEach(trees)
  const files = await stageEdits(
    operation,
    ready.flatMap((item) => item.edits),
  )
  const changes: readonly Change[] = [...trees, ...files]
  for (const place of ready.flatMap((item) => item.places)) await recheckTarget(fs, place)
  const held = ready.flatMap(({ placement: { before, after } }) =>
    after === null || after.manifest_sha256 === before?.manifest_sha256
      ? []
      : [after.manifest_sha256],
  )
  // One round of flushes, which overlap in the device's queue: every file and every directory that names it was written
  // before, so that their order among each other does not matter, only that all are done before the first rename.
  await Promise.all([
    journal.append(
      {
        step: 'ready',
        changes,
        placements: ready.map((item) => item.placement),
        ledger: ready.map((item) => item.ledger),
      },
      { sync: true },
    ),
    ...held.map((digest) => flushHeldRelease(fs, state, digest)),
    fs.sync(state.held),
    fs.sync(state.journal),
  ])
  operation.changes = changes
  operation.signal?.throwIfAborted()
  for (const item of ready) {
    if (item.deactivate === undefined) continue
    await activation(() => item.adapter.revert?.(item.deactivate as AdapterItem))
  }
  for (const change of changes) {
    await assertUnedited(operation, change)
    await redoChange(fs, change)
  }
  for (const item of ready) {
    if (item.activate === undefined) continue
    await activation(() => item.adapter.apply?.(item.activate as AdapterItem))
  }
  // Side by side: should a power cut keep the decision and lose the rename, recovery renames or unpacks again.
  const [decision, ...flushes] = await Promise.allSettled([
    journal.append({ step: 'committed' }, { sync: true }),
    ...directoriesOf(changes).map((change) => syncChange(fs, change)),
  ])
  operation.committed = decision.status === 'fulfilled'
  for (const end of [decision, ...flushes]) if (end.status === 'rejected') throw end.reason
}

/** Writes placements and ledger, then tidies up; what cannot be tidied now is left to `recover()`. */
export async function recordItems(operation: Operation): Promise<void> {
  const { engine } = operation
  const state = await readJournal(engine.fs, engine.state, operation.id)
  if (state === undefined) return
  await recordCommitted(engine, state)
  try {
    await tidyUp(engine, state)
  } catch (error) {
    operation.tidy = false
    engine.event({
      type: 'tidying_deferred',
      operation_id: operation.id,
      message: error instanceof Error ? error.message : String(error),
    })
  }
}

/** Two items of one transaction may not share a directory. */
function assertOnePlaceEach(trees: readonly TreeSwap[]): void {
  const taken = new Set<string>()
  for (const { final, staged } of trees) {
    if (staged === null) continue
    if (taken.has(final)) {
      throw new InstallerError({
        code: 'target_occupied',
        stage: 'commit',
        rule: 'target.one_item_each',
        message: `Expected every item to have a directory of its own; two want ${final}. Use layout "slug", or install one of them.`,
        file: final,
      })
    }
    taken.add(final)
  }
}

async function checkLedger({ engine }: Operation): Promise<void> {
  try {
    await engine.ledger.check()
  } catch (cause) {
    throw new InstallerError({
      code: 'ledger_unavailable',
      stage: 'commit',
      rule: 'ledger.reachable',
      message: `Expected the ledger to take the record; it is not reachable: ${cause instanceof Error ? cause.message : String(cause)}. Nothing was installed; bring it back and try again.`,
      cause,
    })
  }
}

async function activation(run: () => Promise<void> | undefined): Promise<void> {
  try {
    await run()
  } catch (cause) {
    throw new InstallerError({
      code: 'adapter_failed',
      stage: 'commit',
      rule: 'adapter.apply',
      message: `Expected the host to take the item in; its adapter threw: ${cause instanceof Error ? cause.message : String(cause)}. Everything was put back.`,
      cause,
    })
  }
}

function directoriesOf(changes: readonly Change[]): readonly Change[] {
  return [...new Map(changes.map((change) => [dirname(change.final), change])).values()]
}
