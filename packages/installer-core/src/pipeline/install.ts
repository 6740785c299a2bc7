import { InstallerError } from '../errors.ts'
import type { ItemReference } from '../ports/artifact-source.ts'
import type { InstallRecord } from '../ports/install-ledger.ts'
import { commitItems, recordItems } from '../stages/commit.ts'
import { checkReference } from '../stages/resolve.ts'
import type { KeptFile } from '../tree/carry-over.ts'
import type { Engine } from './engine.ts'
import { runOperation } from './operation.ts'
import { prepareInstall } from './prepare-install.ts'
import type { InstallOptions } from './prepare-install.ts'

/** What an install did. */
export interface InstallResult {
  readonly outcome: 'installed' | 'updated' | 'unchanged'
  readonly record: InstallRecord
  /** Files of the user's in the old tree, and where they are now. */
  readonly kept: readonly KeptFile[]
}

/** Installs one item, or brings it to the version asked for. */
export async function installItem(
  engine: Engine,
  reference: ItemReference,
  options: InstallOptions,
): Promise<InstallResult> {
  const results = await installItems(engine, [reference], options)
  return results[0] as InstallResult // One question, one answer.
}

// Downloads and unpacking of a transaction overlap; more at once would only fight over disk and memory.
const parallelItems = 4

/** Installs several items as one: all of them, or none. */
export async function installItems(
  engine: Engine,
  references: readonly ItemReference[],
  options: InstallOptions,
): Promise<readonly InstallResult[]> {
  const items = references.map((reference) => checkReference(engine, reference))
  assertDistinct(items)
  const [first] = items
  if (first === undefined) return []
  return runOperation(engine, 'install', items, options.signal, async (operation) => {
    const prepared = await inParallel(items, parallelItems, (item) =>
      prepareInstall(operation, item, options),
    )
    const ready = prepared.flatMap((item) => (item.outcome === 'unchanged' ? [] : [item.ready]))
    if (ready.length === 0) await operation.journal.remove()
    else {
      await operation.stage('commit', first, () => commitItems(operation, ready))
      await operation.stage('record', first, () => recordItems(operation))
    }
    return prepared.map((item) => ({
      outcome: item.outcome,
      record: item.record,
      kept: item.outcome === 'unchanged' ? [] : item.kept,
    }))
  })
}

function assertDistinct(items: readonly ItemReference[]): void {
  const seen = new Set<string>()
  for (const item of items) {
    const name = `${item.kind} ${item.slug}`
    if (seen.has(name)) {
      throw new InstallerError({
        code: 'invalid_request',
        stage: 'request',
        rule: 'items.distinct',
        message: `Expected each item once; ${name} came twice.`,
        item,
      })
    }
    seen.add(name)
  }
}

/** Runs at most `width` at once; after a failure starts no more, waits for those that run, then throws it. */
async function inParallel<T, R>(
  values: readonly T[],
  width: number,
  run: (value: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  const failures: unknown[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < values.length && failures.length === 0) {
      const index = next
      next += 1
      try {
        results[index] = await run(values[index] as T)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, values.length) }, worker))
  if (failures.length > 0) throw failures[0]
  return results
}
