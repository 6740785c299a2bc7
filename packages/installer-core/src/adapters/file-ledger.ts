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
const largestAuditBytes = 256 * 1024 * 1024

/**
 * A ledger of small JSON files in a directory of its own, for satellites without a database. Writers of one item are
 * kept apart by the installer's locks; the audit trail is a file that is only ever added to.
 */
export function createFileLedger(
  directory: string,
  options: { readonly fs?: FileSystem | undefined } = {},
): InstallLedger {
  const fs = options.fs ?? nodeFileSystem
  const records = join(directory, 'records')
  const approvals = join(directory, 'approvals')
  const terms = join(directory, 'terms')
  const auditFile = join(directory, 'audit.jsonl')
  const file = (folder: string, item: ItemKey): string => join(folder, `${itemFileName(item)}.json`)

  return {
    async check() {
      for (const folder of [directory, records, approvals, terms]) await ensureDirectory(fs, folder)
    },
    get: (item) => readDocument<InstallRecord>(fs, file(records, item)),
    async list(filter = {}) {
      return listRecords(fs, records, filter.kind)
    },
    async apply(change) {
      for (const folder of [directory, records, approvals, terms]) await ensureDirectory(fs, folder)
      if (change.approval !== undefined) {
        await writeDocument(fs, file(approvals, change), change.approval, change.operation_id)
      }
      if (change.terms !== undefined) {
        await writeDocument(fs, file(terms, change), change.terms, change.operation_id)
      }
      await appendAudit(fs, auditFile, change)
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
      const entries = await readAudit(fs, auditFile)
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

/** A crash between this line and the record makes recovery apply the change again: the line must not come twice. */
async function appendAudit(fs: FileSystem, path: string, change: LedgerChange): Promise<void> {
  const line = JSON.stringify(change.audit)
  const already = (await readAudit(fs, path)).some(
    (entry) =>
      entry.operation_id === change.operation_id &&
      entry.kind === change.kind &&
      entry.slug === change.slug,
  )
  if (already) return
  await fs.appendFile(path, new TextEncoder().encode(`${line}\n`), { sync: false })
}

async function readAudit(fs: FileSystem, path: string): Promise<readonly AuditEntry[]> {
  if ((await fs.inspect(path)) === undefined) return []
  const text = new TextDecoder().decode(await fs.readFile(path, largestAuditBytes))
  return text
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => parseEntry(line))
}

/** A line torn by a crash is no entry; the operation it was for writes it again. */
function parseEntry(line: string): readonly AuditEntry[] {
  try {
    return [JSON.parse(line) as AuditEntry]
  } catch {
    return []
  }
}
