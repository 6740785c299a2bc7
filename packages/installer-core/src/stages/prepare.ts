import { capabilitiesOf } from '@mothership/manifest'
import type { Manifest, TreeFile } from '@mothership/manifest'
import { join } from 'node:path'
import { InstallerError, toInstallerError } from '../errors.ts'
import type { Engine } from '../pipeline/engine.ts'
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
    async readHostFile(path) {
      if ((await engine.fs.inspect(path)) === undefined) return undefined
      const real = await engine.fs.realPath(path)
      return new TextDecoder().decode(await engine.fs.readFile(real, largestHostFileBytes))
    },
  }
}

/** Asks the adapter what is to change in host files: what the earlier version put there goes, what this one needs comes. */
export async function planItemEdits(
  adapter: KindAdapter,
  item: AdapterItem,
  earlier: AdapterItem | undefined,
): Promise<readonly HostFileEdit[]> {
  const removal = earlier === undefined ? [] : await planItemRemoval(adapter, earlier)
  const plan = await ask(() => adapter.plan(item))
  return [...removal, ...plan.edits]
}

/** Asks the adapter what takes an item out of host files. */
export async function planItemRemoval(
  adapter: KindAdapter,
  item: AdapterItem,
): Promise<readonly HostFileEdit[]> {
  return (await ask(() => adapter.planRemoval(item))).edits
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
