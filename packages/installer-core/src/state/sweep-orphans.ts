import { join } from 'node:path'
import { readJournal } from '../journal/operation-journal.ts'
import type { Engine } from '../pipeline/engine.ts'
import { listPlacements } from './placements.ts'
import { scratchPrefix } from './state-directory.ts'

/**
 * Removes what no journal knows: after a power cut a journal that was never flushed may be gone while what it
 * announced is there. Candidates are listed before the journals are read, so that nothing of an operation that begins
 * meanwhile is taken for an orphan.
 */
export async function sweepOrphans(engine: Engine): Promise<readonly string[]> {
  const { fs, state } = engine
  const scratch = await listScratch(engine)
  const incoming = (await fs.list(state.incoming)).map(({ name }) => name)
  const held = (await fs.list(state.held)).map(({ name }) => name)
  const known = await knownOperations(engine)
  const needed = new Set(known.holds)
  for (const placement of await listPlacements(fs, state)) needed.add(placement.manifest_sha256)
  const orphans = [
    ...scratch.filter(({ name }) => !known.ids.has(operationOf(name))).map(({ path }) => path),
    ...incoming
      .filter((name) => !known.ids.has(operationOf(name)))
      .map((name) => join(state.incoming, name)),
    ...held.filter((name) => !needed.has(name.slice(0, 64))).map((name) => join(state.held, name)),
  ]
  for (const path of orphans) await fs.removeTree(path)
  return orphans
}

async function listScratch(
  engine: Engine,
): Promise<readonly { readonly name: string; readonly path: string }[]> {
  const found: { name: string; path: string }[] = []
  for (const target of Object.values(engine.targets)) {
    if ((await engine.fs.inspect(target.directory)) === undefined) continue
    const root = await engine.fs.realPath(target.directory)
    for (const { name } of await engine.fs.list(root)) {
      if (name.startsWith(scratchPrefix)) found.push({ name, path: join(root, name) })
    }
  }
  return found
}

async function knownOperations(
  engine: Engine,
): Promise<{ readonly ids: ReadonlySet<string>; readonly holds: readonly string[] }> {
  const ids = new Set<string>()
  const holds: string[] = []
  for (const { name } of await engine.fs.list(engine.state.journal)) {
    const id = name.replace(/\.jsonl$/, '')
    ids.add(id)
    const state = await readJournal(engine.fs, engine.state, id)
    holds.push(...(state?.holds ?? []).map((line) => line.manifest_sha256))
  }
  return { ids, holds }
}

/** The operation in the name of a scratch directory or download: a UUID, then a counter. */
function operationOf(name: string): string {
  const bare = name.startsWith(scratchPrefix) ? name.slice(scratchPrefix.length) : name
  return bare.slice(0, 36)
}
