import { capabilitiesOf, sha256 } from '@mothership/manifest'
import type { Manifest, TreeFile } from '@mothership/manifest'
import { basename, dirname, join } from 'node:path'
import { InstallerError, toInstallerError } from '../errors.ts'
import type { FileSwap } from '../journal/journal-line.ts'
import type { Engine } from '../pipeline/engine.ts'
import type { Operation } from '../pipeline/operation.ts'
import type {
  AdapterItem,
  AdapterPlan,
  HostFileEdit,
  KindAdapter,
  Target,
} from '../ports/kind-adapter.ts'

const largestOwnFileBytes = 4 * 1024 * 1024
const largestHostFileBytes = 16 * 1024 * 1024

/** What an {@link AdapterItem} is made from. */
export interface AdapterItemParts {
  readonly manifest: Manifest
  readonly files: readonly TreeFile[]
  readonly target: Target
  /** Where the tree will be. */
  readonly directory: string
  /** Where the tree is now. */
  readonly readFrom: string
  readonly permissions: readonly string[]
  readonly enabled: boolean
}

/** Shows an item to its adapter. */
export function adapterItem(engine: Engine, parts: AdapterItemParts): AdapterItem {
  const { manifest, files, target, directory, readFrom, permissions, enabled } = parts
  const known = new Set(files.map((file) => file.path))
  return {
    manifest,
    files,
    target,
    directory,
    enabled,
    capabilities: capabilitiesOf(manifest.kind, permissions),
    async readFile(path) {
      if (!known.has(path)) {
        throw layoutRefused(manifest, 'file.exists', path, 'is not in the package')
      }
      return engine.fs.readFile(join(readFrom, path), largestOwnFileBytes)
    },
  }
}

/** Asks the adapter what is to change beside the tree, and stages those host files. */
export async function prepareItem(
  operation: Operation,
  adapter: KindAdapter,
  item: AdapterItem,
  earlier: AdapterItem | undefined,
): Promise<readonly FileSwap[]> {
  const removal: AdapterPlan =
    earlier === undefined ? { edits: [] } : await ask(() => adapter.planRemoval(earlier))
  const plan = await ask(() => adapter.plan(item))
  return stageEdits(operation, [...removal.edits, ...plan.edits])
}

/** Stages what takes an item out of host files. */
export async function prepareRemoval(
  operation: Operation,
  adapter: KindAdapter,
  item: AdapterItem,
): Promise<readonly FileSwap[]> {
  const plan = await ask(() => adapter.planRemoval(item))
  return stageEdits(operation, plan.edits)
}

async function ask(plan: () => Promise<AdapterPlan>): Promise<AdapterPlan> {
  try {
    return await plan()
  } catch (error) {
    const failure = toInstallerError(error, 'prepare')
    if (failure.code !== 'internal') throw failure
    throw new InstallerError({
      code: 'adapter_failed',
      stage: 'prepare',
      rule: 'adapter.plan',
      message: `Expected the kind adapter to plan the item; it threw: ${error instanceof Error ? error.message : String(error)}. Nothing was changed.`,
      cause: error,
    })
  }
}

async function stageEdits(
  operation: Operation,
  edits: readonly HostFileEdit[],
): Promise<readonly FileSwap[]> {
  const { fs } = operation.engine
  const byFile = new Map<string, HostFileEdit[]>()
  for (const edit of edits) {
    const file = await realFile(operation, edit.file)
    byFile.set(file, [...(byFile.get(file) ?? []), edit])
  }
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
  if ((await fs.inspect(path)) === undefined) await fs.writeNewFile(path, bytes, 0o600)
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

/** What an adapter throws when a package does not have the shape of its kind. */
export function layoutRefused(
  manifest: Manifest,
  rule: string,
  file: string,
  what: string,
): InstallerError {
  return new InstallerError({
    code: 'layout_refused',
    stage: 'prepare',
    rule: `layout.${rule}`,
    message: `Expected the package of ${manifest.kind} ${manifest.slug} to have the layout of its kind; ${JSON.stringify(file)} ${what}. Tell its author.`,
    file,
    item: { kind: manifest.kind, slug: manifest.slug, version: manifest.version },
  })
}
