import { join } from 'node:path'
import { writeTree } from '../archive/write-tree.ts'
import { InstallerError } from '../errors.ts'
import type { Operation, StageReport } from '../pipeline/operation.ts'
import { recheckTarget } from '../state/target-place.ts'
import type { TargetPlace } from '../state/target-place.ts'
import type { VerifiedPackage } from './verify.ts'

/** A new tree beside its final place, complete and not visible to hosts. */
export interface StagedTree {
  readonly scratch: string
  readonly directory: string
}

/** Writes the checked package into a private directory on the target's own file system. */
export async function unpackToStaging(
  operation: Operation,
  verified: VerifiedPackage,
  place: TargetPlace,
  report: StageReport,
): Promise<StagedTree> {
  const { engine, signal } = operation
  await recheckTarget(engine.fs, place)
  const scratch = await operation.scratchDirectory(place.root)
  const directory = join(scratch, 'new')
  await engine.fs.makeDirectory(directory, 0o755)
  const total = verified.archive.reading.files.reduce((sum, file) => sum + file.size, 0)
  await writeTree(engine.fs, directory, verified.archive, {
    limits: engine.limits,
    signal,
    syncFiles: engine.durability === 'tree',
    onBytes: (bytes) => report(bytes, total),
  })
  await recheckTarget(engine.fs, place)
  await assertOurs(operation, scratch)
  return { scratch, directory }
}

/** The staging directory is still the private one that was made, not something put in its place. */
async function assertOurs({ engine }: Operation, scratch: string): Promise<void> {
  const status = await engine.fs.inspect(scratch)
  if (status?.type === 'directory' && (await engine.fs.realPath(scratch)) === scratch) return
  throw new InstallerError({
    code: 'target_unsafe',
    stage: 'unpack',
    rule: 'staging.unchanged',
    message: `Expected the staging directory to stay as it was made; something replaced it. Find out who writes to the target directory, then try again.`,
    file: scratch,
  })
}
