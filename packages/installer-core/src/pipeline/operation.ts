import { dirname, join } from 'node:path'
import { InstallerError, toInstallerError } from '../errors.ts'
import type { InstallStage } from '../errors.ts'
import type { Change, OperationAction } from '../journal/journal-line.ts'
import { operationJournal } from '../journal/operation-journal.ts'
import type { OperationJournal } from '../journal/operation-journal.ts'
import { abandonOperation } from '../journal/recover-operation.ts'
import { isoTime } from '../ports/clock.ts'
import type { ItemKey } from '../ports/install-ledger.ts'
import { lockHostFile } from '../state/host-file-lock.ts'
import type { HostFileLock } from '../state/host-file-lock.ts'
import { lockItem } from '../state/item-lock.ts'
import type { ItemLock } from '../state/item-lock.ts'
import {
  ensureDirectory,
  ensureStateDirectory,
  itemFileName,
  scratchPrefix,
} from '../state/state-directory.ts'
import type { Engine } from './engine.ts'
import { recoverAbandoned } from './recover.ts'

/** One running operation on one or more items, with its journal. */
export interface Operation {
  readonly id: string
  readonly action: OperationAction
  readonly engine: Engine
  readonly signal: AbortSignal | undefined
  readonly journal: OperationJournal
  /** Makes a scratch directory next to where its content will go, known to the journal before it exists. */
  scratchDirectory(beside: string): Promise<string>
  /** A path for a download, known to the journal before it exists. */
  incomingPath(): Promise<string>
  /** A directory for what is kept of the user's, known to the journal before it exists. */
  backupDirectory(item: ItemKey): Promise<string>
  /** Keeps other operations from a host file until this one ends; waits while another has it. */
  lockHostFile(file: string): Promise<void>
  /** Runs one thing after the other, where items of one operation are prepared side by side. */
  oneAtATime<T>(run: () => Promise<T>): Promise<T>
  /** Runs one stage: checks the signal, tells progress, gives errors their stage. */
  stage<T>(stage: InstallStage, item: ItemKey, run: (report: StageReport) => Promise<T>): Promise<T>
  /** True once the outcome is decided; from then on a failure is finished by `recover()`, not undone. */
  committed: boolean
  /** False when something is left for `recover()` to remove. */
  tidy: boolean
  /** What the journal's `ready` line announced, once it did. */
  changes: readonly Change[]
}

/** How a stage tells how far it is. */
export type StageReport = (bytes: number, totalBytes?: number) => void

/**
 * Runs `body` as one operation: locks the items, heals what a dead process left for them, opens a journal, and on
 * any failure before the decision puts everything back.
 */
export async function runOperation<T>(
  engine: Engine,
  action: OperationAction,
  items: readonly ItemKey[],
  signal: AbortSignal | undefined,
  body: (operation: Operation) => Promise<T>,
): Promise<T> {
  const [first] = items
  const locks: ItemLock[] = []
  const hostLocks: HostFileLock[] = []
  let settled = false
  try {
    await ensureStateDirectory(engine.fs, engine.state)
    for (const item of inLockOrder(items)) {
      locks.push(await lockItem(engine.fs, engine.state, item))
    }
    for (const lock of locks) {
      if (lock.abandoned === undefined) continue
      const { operation_id } = lock.abandoned
      const outcome = await recoverAbandoned(engine, operation_id, items)
      if (outcome !== 'nothing') engine.event({ type: 'recovered', operation_id, outcome })
    }
    const operation = await beginOperation(engine, action, items, signal, locks, hostLocks)
    const result = await attempt(operation, first, body)
    settled = operation.tidy
    return result
  } catch (error) {
    const failure = toInstallerError(error, 'lock', first)
    settled = failure.outcome === 'unchanged'
    throw failure
  } finally {
    for (const lock of hostLocks) lock.release()
    for (const lock of locks) await releaseLock(engine, lock, settled)
  }
}

/** Lets go in any case; a note that cannot be removed only makes the next operation look whether there is work. */
async function releaseLock(engine: Engine, lock: ItemLock, settled: boolean): Promise<void> {
  try {
    await lock.release({ settled })
  } catch (error) {
    engine.event({
      type: 'tidying_deferred',
      operation_id: lock.operationId ?? '',
      message: error instanceof Error ? error.message : String(error),
    })
  }
}

async function attempt<T>(
  operation: Operation,
  item: ItemKey | undefined,
  body: (operation: Operation) => Promise<T>,
): Promise<T> {
  try {
    return await body(operation)
  } catch (error) {
    const failure = toInstallerError(error, 'commit', item)
    if (operation.committed) throw unfinished(failure, item)
    try {
      await abandonOperation(operation.engine, operation.id)
    } catch (cause) {
      throw new InstallerError({
        code: 'rollback_failed',
        stage: failure.stage,
        rule: failure.rule,
        message: `${failure.message} Putting things back failed as well (${toInstallerError(cause, 'recover').message}): ${stateOf(operation)} Run recover().`,
        file: failure.file,
        item,
        outcome: 'unknown',
        cause: new AggregateError([error, cause]),
      })
    }
    throw failure
  }
}

function unfinished(failure: InstallerError, item: ItemKey | undefined): InstallerError {
  return new InstallerError({
    code: 'unfinished',
    stage: failure.stage,
    rule: failure.rule,
    message: `The operation took effect, but its last steps failed: ${failure.message} Run recover() to finish them.`,
    file: failure.file,
    item,
    outcome: 'committed',
    cause: failure,
  })
}

function stateOf(operation: Operation): string {
  const finals = operation.changes.map((change) => change.final)
  return finals.length === 0
    ? 'nothing reached its final place, temporary files remain.'
    : `${finals.join(', ')} may be absent or new; the old version is kept beside it.`
}

async function beginOperation(
  engine: Engine,
  action: OperationAction,
  items: readonly ItemKey[],
  signal: AbortSignal | undefined,
  locks: readonly ItemLock[],
  hostLocks: HostFileLock[],
): Promise<Operation> {
  const id = engine.newOperationId()
  const at = isoTime(engine.clock)
  const journal = operationJournal(engine.fs, engine.state, id)
  for (const lock of locks) {
    await lock.announce({ operation_id: id, action, process_id: process.pid, since: at })
  }
  await journal.append({
    step: 'begun',
    operation_id: id,
    action,
    items: items.map(({ kind, slug }) => ({ kind, slug })),
    at,
    boot_id: engine.bootId,
  })
  let counter = 0
  let queue: Promise<unknown> = Promise.resolve()
  return {
    id,
    action,
    engine,
    signal,
    journal,
    committed: false,
    tidy: true,
    changes: [],
    async scratchDirectory(beside) {
      const path = join(beside, `${scratchPrefix}${id}-${(counter += 1)}`)
      await journal.append({ step: 'scratch', path })
      await engine.fs.makeDirectory(path, 0o700)
      return path
    },
    async incomingPath() {
      const path = join(engine.state.incoming, `${id}-${(counter += 1)}`)
      await journal.append([
        { step: 'scratch', path },
        { step: 'scratch', path: `${path}.json` },
      ])
      return path
    },
    async backupDirectory(item) {
      const path = join(engine.state.backups, id, itemFileName(item))
      if ((await engine.fs.inspect(path)) !== undefined) return path
      await journal.append({ step: 'keeps', path: dirname(path) })
      await ensureDirectory(engine.fs, path)
      return path
    },
    async lockHostFile(file) {
      hostLocks.push(await lockHostFile(engine.state, file, signal))
    },
    oneAtATime(run) {
      const result = queue.then(run)
      queue = result.catch(() => {})
      return result
    },
    async stage(stage, item, run) {
      const { kind, slug } = item
      const event = { operation_id: id, action, kind, slug, stage }
      try {
        signal?.throwIfAborted()
        engine.progress({ ...event, state: 'started' })
        const result = await run((bytes, totalBytes) => {
          engine.progress({ ...event, state: 'advanced', bytes, total_bytes: totalBytes })
        })
        engine.progress({ ...event, state: 'finished' })
        return result
      } catch (error) {
        throw toInstallerError(signal?.aborted === true ? abortOf(signal) : error, stage, item)
      }
    },
  }
}

function abortOf(signal: AbortSignal): Error {
  return new DOMException(String(signal.reason ?? 'aborted'), 'AbortError')
}

function inLockOrder(items: readonly ItemKey[]): readonly ItemKey[] {
  const name = (item: ItemKey): string => `${item.kind}.${item.slug}`
  return [...items].sort((a, b) => (name(a) < name(b) ? -1 : 1))
}
