import type { Kind } from '@mothership/manifest'
import { join } from 'node:path'
import type { FileSystem } from '../ports/file-system.ts'
import type {
  AcceptedTerms,
  Approval,
  AuditEntry,
  InstallLedger,
  InstallRecord,
  ItemKey,
  LedgerChange,
} from '../ports/install-ledger.ts'
import { ensureDirectory, itemFileName } from '../state/state-directory.ts'
import { nodeFileSystem } from './node-file-system.ts'

// A record with 256 KiB of marketplace metadata fits; anything larger was not written by us.
const largestDocumentBytes = 1024 * 1024

/**
 * A ledger of small JSON files in a directory of its own, for satellites without a database. Writers of one item are
 * kept apart by the installer's locks; the audit trail is one file an entry.
 */
export function createFileLedger(
  directory: string,
  options: { readonly fs?: FileSystem | undefined } = {},
): InstallLedger {
  const fs = options.fs ?? nodeFileSystem
  const records = join(directory, 'records')
  const approvals = join(directory, 'approvals')
  const terms = join(directory, 'terms')
  const trail = join(directory, 'audit')
  const file = (folder: string, item: ItemKey): string => join(folder, `${itemFileName(item)}.json`)
  const ensureFolders = async (): Promise<void> => {
    // The last to be made: where it is, all are.
    if ((await fs.inspect(trail))?.type === 'directory') return
    for (const folder of [directory, records, approvals, trail]) await ensureDirectory(fs, folder)
  }

  return {
    check: ensureFolders,
    get: (item) => readDocument<InstallRecord>(fs, file(records, item)),
    async list(filter = {}) {
      return listRecords(fs, records, filter.kind)
    },
    async apply(change) {
      await ensureFolders()
      if (change.approval !== undefined) {
        await writeDocument(fs, file(approvals, change), change.approval, change.operation_id)
      }
      if (change.terms !== undefined) {
        await ensureDirectory(fs, terms)
        await writeDocument(fs, file(terms, change), change.terms, change.operation_id)
      }
      await writeAudit(fs, trail, change)
      if (change.record !== null) {
        await writeDocument(fs, file(records, change), change.record, change.operation_id)
      } else if ((await fs.inspect(file(records, change))) !== undefined) {
        await fs.removeFile(file(records, change))
      }
    },
    async noteUpdate(item, latestVersion, available) {
      const record = await readDocument<InstallRecord>(fs, file(records, item))
      if (record === undefined) return
      const noted = {
        ...record,
        is_update_available: available,
        latest_version: latestVersion,
      }
      await writeDocument(fs, file(records, item), noted, record.operation_id)
    },
    approval: (item) => readDocument<Approval>(fs, file(approvals, item)),
    terms: (item) => readDocument<AcceptedTerms>(fs, file(terms, item)),
    async audit(item) {
      const entries = await readAudit(fs, trail)
      if (item === undefined) return entries
      return entries.filter((entry) => entry.kind === item.kind && entry.slug === item.slug)
    },
  }
}

async function listRecords(
  fs: FileSystem,
  folder: string,
  kind: Kind | undefined,
): Promise<readonly InstallRecord[]> {
  if ((await fs.inspect(folder)) === undefined) return []
  const found: InstallRecord[] = []
  for (const entry of await fs.list(folder)) {
    if (!entry.name.endsWith('.json')) continue
    const record = await readDocument<InstallRecord>(fs, join(folder, entry.name))
    if (record !== undefined && (kind === undefined || record.kind === kind)) found.push(record)
  }
  return found.sort((a, b) => (itemFileName(a) < itemFileName(b) ? -1 : 1))
}

async function readDocument<T>(fs: FileSystem, path: string): Promise<T | undefined> {
  if ((await fs.inspect(path)) === undefined) return undefined
  const text = new TextDecoder().decode(await fs.readFile(path, largestDocumentBytes))
  return JSON.parse(text) as T // Written by this adapter, whole or not at all.
}

async function writeDocument(
  fs: FileSystem,
  path: string,
  document: unknown,
  operationId: string,
): Promise<void> {
  const temporary = `${path}.${operationId}.new`
  if ((await fs.inspect(temporary)) !== undefined) await fs.removeFile(temporary)
  await fs.writeNewFile(temporary, new TextEncoder().encode(JSON.stringify(document)), 0o600)
  await fs.rename(temporary, path)
}

/** One file an entry, named by time and operation: applying the same change again finds it there. */
async function writeAudit(fs: FileSystem, folder: string, change: LedgerChange): Promise<void> {
  const at = change.audit.at.replaceAll(/[:.]/g, '-') // no colons: Windows
  const name = `${at}.${change.operation_id}.${itemFileName(change)}.json`
  if ((await fs.inspect(join(folder, name))) !== undefined) return
  await writeDocument(fs, join(folder, name), change.audit, change.operation_id)
}

async function readAudit(fs: FileSystem, folder: string): Promise<readonly AuditEntry[]> {
  if ((await fs.inspect(folder)) === undefined) return []
  const entries: AuditEntry[] = []
  for (const { name } of await fs.list(folder)) {
    if (!name.endsWith('.json')) continue
    const entry = await readDocument<AuditEntry>(fs, join(folder, name))
    if (entry !== undefined) entries.push(entry)
  }
  return entries
}
