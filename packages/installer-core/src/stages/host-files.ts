import { sha256 } from '@mothership/manifest'
import { basename, dirname, join } from 'node:path'
import { InstallerError } from '../errors.ts'
import type { Change, FileSwap } from '../journal/journal-line.ts'
import type { Operation } from '../pipeline/operation.ts'
import type { HostFileEdit } from '../ports/kind-adapter.ts'
import { ensureDirectory } from '../state/state-directory.ts'

const largestHostFileBytes = 16 * 1024 * 1024

/**
 * Works out the new content of every host file that is to change and stages it beside the file. The files stay locked
 * until the operation ends, so that two installers never build on the same old content.
 */
export async function stageEdits(
  operation: Operation,
  edits: readonly HostFileEdit[],
): Promise<readonly FileSwap[]> {
  const { fs } = operation.engine
  const byFile = new Map<string, HostFileEdit[]>()
  for (const edit of edits) {
    const file = await realFile(operation, edit.file)
    byFile.set(file, [...(byFile.get(file) ?? []), edit])
  }
  for (const file of [...byFile.keys()].sort()) await operation.lockHostFile(file)
  const swaps: FileSwap[] = []
  for (const [file, chain] of byFile) {
    const status = await fs.inspect(file)
    const before = status === undefined ? undefined : await fs.readFile(file, largestHostFileBytes)
    const textBefore = before === undefined ? undefined : decode(before, file)
    let text = textBefore
    for (const link of chain) text = link.edit(text)
    if (text === textBefore) continue
    const scratch = await operation.scratchDirectory(dirname(file))
    const mode = status?.mode ?? 0o600
    const after = text === undefined ? null : new TextEncoder().encode(text)
    const previous = before === undefined ? null : join(scratch, 'old')
    const staged = after === null ? null : join(scratch, 'new')
    if (before !== undefined && previous !== null) {
      await fs.writeNewFile(previous, before, mode)
      await keepBackup(operation, file, before)
    }
    if (after !== null && staged !== null) {
      await fs.writeNewFile(staged, after, mode)
      await fs.sync(staged)
    }
    swaps.push({
      type: 'file',
      final: file,
      staged,
      previous,
      sha256_before: before === undefined ? null : sha256(before),
      sha256_after: after === null ? null : sha256(after),
    })
  }
  return swaps
}

/** A host file that is a link is edited where it points. */
async function realFile({ engine }: Operation, file: string): Promise<string> {
  const status = await engine.fs.inspect(file)
  if (status !== undefined) return engine.fs.realPath(file)
  return join(await engine.fs.realPath(dirname(file)), basename(file))
}

/** The user's file as it was before the last edit of each operation stays in the state directory. */
async function keepBackup(operation: Operation, file: string, bytes: Uint8Array): Promise<void> {
  const { fs, state } = operation.engine
  const path = join(state.backups, `${sha256(bytes).slice(0, 16)}-${basename(file)}`)
  if ((await fs.inspect(path)) !== undefined) return
  await ensureDirectory(fs, state.backups)
  await fs.writeNewFile(path, bytes, 0o600)
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new InstallerError({
      code: 'host_config_refused',
      stage: 'prepare',
      rule: 'host_config.utf8',
      message: `Expected ${file} to be UTF-8 text; it is not. Repair it, then try again; it was left alone.`,
      file,
      cause,
    })
  }
}

/** Throws when a host file changed between being read and being replaced: nobody's edit is overwritten. */
export async function assertUnedited(operation: Operation, change: Change): Promise<void> {
  if (change.type !== 'file') return
  const { fs } = operation.engine
  const there = (await fs.inspect(change.final)) !== undefined
  const now = there ? sha256(await fs.readFile(change.final, largestHostFileBytes)) : null
  if (now === change.sha256_before) return
  throw new InstallerError({
    code: 'host_config_refused',
    stage: 'commit',
    rule: 'host_config.unchanged',
    message: `Expected ${change.final} to stay as it was read; somebody edited it meanwhile. Nothing was changed; try again.`,
    file: change.final,
  })
}
