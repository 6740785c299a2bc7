import { InstallerError } from '../errors.ts'
import type { InstallRecord, ItemKey } from '../ports/install-ledger.ts'
import { compareVersions } from '@mothership/manifest'
import type { ItemReference } from '../ports/artifact-source.ts'
import { checkReference, resolveRelease } from '../stages/resolve.ts'
import type { KeptFile } from '../tree/carry-over.ts'
import type { Engine } from './engine.ts'
import { installItem } from './install.ts'
import type { InstallOptions } from './prepare-install.ts'

/** How an update is to be done. */
export interface UpdateOptions extends InstallOptions {
  /** Also take a new major version; without it one is only offered. */
  readonly allowMajor?: boolean | undefined
}

/** What an update did; `offered` means that only a new major version is there. */
export interface UpdateResult {
  readonly outcome: 'updated' | 'unchanged' | 'offered'
  readonly record: InstallRecord
  /** The newest version the marketplace has. */
  readonly latest_version: string
  readonly kept: readonly KeptFile[]
}

/**
 * Brings an installed item to the newest version, or to the one named. Added or widened permissions hold it until the
 * host approves; a new major version is taken only when it is asked for.
 */
export async function updateItem(
  engine: Engine,
  reference: ItemReference,
  options: UpdateOptions,
): Promise<UpdateResult> {
  const item = checkReference(engine, reference)
  const record = await installedRecord(engine, item)
  const latest = item.version ?? (await latestVersion(engine, item, record, options.signal))
  const unasked = item.version === undefined && options.allowMajor !== true
  if (unasked && majorOf(latest) !== majorOf(record.version)) {
    return {
      outcome: 'offered',
      record: await noted(engine, record, latest),
      latest_version: latest,
      kept: [],
    }
  }
  if (unasked && compareVersions(latest, record.version) <= 0) {
    return {
      outcome: 'unchanged',
      record: await noted(engine, record, latest),
      latest_version: latest,
      kept: [],
    }
  }
  const result = await installItem(engine, { ...item, version: latest }, options)
  const outcome = result.outcome === 'unchanged' ? 'unchanged' : 'updated'
  return { outcome, record: result.record, latest_version: latest, kept: result.kept }
}

/** Asks the marketplace for the newest version of every installed item and notes what it finds. */
export async function findUpdates(
  engine: Engine,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<readonly InstallRecord[]> {
  const found: InstallRecord[] = []
  for (const record of await engine.ledger.list()) {
    const item = { kind: record.kind, slug: record.slug }
    const latest = await latestVersion(engine, item, record, options.signal)
    const now = await noted(engine, record, latest)
    if (now.is_update_available) found.push(now)
  }
  return found
}

async function installedRecord(engine: Engine, item: ItemKey): Promise<InstallRecord> {
  const record = await engine.ledger.get(item)
  if (record !== undefined) return record
  throw new InstallerError({
    code: 'not_installed',
    stage: 'request',
    rule: 'item.installed',
    message: `Expected ${item.kind} ${item.slug} to be installed; it is not. Install it first.`,
    item,
  })
}

/** Updates come from the marketplace an item was installed from, and from no other. */
async function latestVersion(
  engine: Engine,
  item: ItemKey,
  record: InstallRecord,
  signal: AbortSignal | undefined,
): Promise<string> {
  const release = await resolveRelease(engine, item, signal)
  if (release.mothership_id !== undefined && release.mothership_id !== record.marketplace_id) {
    throw new InstallerError({
      code: 'identity_mismatch',
      stage: 'resolve',
      rule: 'release.same_mothership',
      message: `Expected updates of ${item.slug} from ${record.marketplace_id}, where it was installed from; ${release.mothership_id} answered. Uninstall it first if you mean to change.`,
      item,
    })
  }
  return release.version
}

async function noted(
  engine: Engine,
  record: InstallRecord,
  latest: string,
): Promise<InstallRecord> {
  const available = compareVersions(latest, record.version) > 0
  await engine.ledger.noteUpdate(record, latest, available)
  return { ...record, is_update_available: available, latest_version: latest }
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? version
}
