import { join } from 'node:path'
import { InstallerError } from '../errors.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { StateDirectory } from '../state/state-directory.ts'
import type { JournalLine, JournalState } from './journal-line.ts'

/** The journal of one running operation. */
export interface OperationJournal {
  readonly path: string
  /** Adds a line, or several in one call; `sync` flushes them before answering. */
  append(
    lines: JournalLine | readonly JournalLine[],
    options?: { readonly sync?: boolean },
  ): Promise<void>
  /** Removes the journal: the operation never was, or is over. */
  remove(): Promise<void>
}

// A line of a transaction over many items holds their ledger changes; a marketplace's metadata is capped before it.
const largestJournalBytes = 64 * 1024 * 1024

/** Where an operation's journal is. */
export function journalPath(state: StateDirectory, operationId: string): string {
  return join(state.journal, `${operationId}.jsonl`)
}

/** Gives the journal of an operation, new or found. */
export function operationJournal(
  fs: FileSystem,
  state: StateDirectory,
  operationId: string,
): OperationJournal {
  const path = journalPath(state, operationId)
  return {
    path,
    async append(lines, options = {}) {
      const text = [lines].flat().map((line) => `${JSON.stringify(line)}\n`)
      const bytes = new TextEncoder().encode(text.join(''))
      await fs.appendFile(path, bytes, { sync: options.sync ?? false })
    },
    async remove() {
      if ((await fs.inspect(path)) !== undefined) await fs.removeFile(path)
    },
  }
}

/**
 * Reads a journal back, or `undefined` when there is none or its first line was never finished (then nothing was
 * done under it). A last line without its newline was being written when the process died and counts as absent.
 */
export async function readJournal(
  fs: FileSystem,
  state: StateDirectory,
  operationId: string,
): Promise<JournalState | undefined> {
  const path = journalPath(state, operationId)
  if ((await fs.inspect(path)) === undefined) return undefined
  const text = new TextDecoder().decode(await fs.readFile(path, largestJournalBytes))
  const lines = text.split('\n').slice(0, -1)
  let begun: JournalState['begun'] | undefined
  let ready: JournalState['ready']
  let committed = false
  let undone = false
  let recorded = false
  const scratch: string[] = []
  const keeps: string[] = []
  const holds: Extract<JournalLine, { step: 'holds' }>[] = []
  for (const [index, raw] of lines.entries()) {
    const line = parseLine(raw, path, index + 1)
    switch (line.step) {
      case 'begun':
        begun = line
        break
      case 'scratch':
        scratch.push(line.path)
        break
      case 'keeps':
        keeps.push(line.path)
        break
      case 'holds':
        holds.push(line)
        break
      case 'ready':
        ready = line
        break
      case 'committed':
        committed = true
        break
      case 'withdrawn':
        committed = false
        break
      case 'undone':
        undone = true
        break
      case 'recorded':
        recorded = true
        break
      default:
        throw damaged(path, index + 1, line satisfies never)
    }
  }
  if (begun === undefined) return undefined
  return { begun, scratch, keeps, holds, ready, committed, undone, recorded }
}

function parseLine(raw: string, path: string, number: number): JournalLine {
  try {
    // Written by this package into a directory that is private to it.
    return JSON.parse(raw) as JournalLine
  } catch (cause) {
    throw damaged(path, number, cause)
  }
}

function damaged(path: string, number: number, cause: unknown): InstallerError {
  return new InstallerError({
    code: 'internal',
    stage: 'recover',
    rule: 'journal.readable',
    message: `Expected line ${number} of the journal to be readable; it is damaged. Check the disk, then move the file away and call verify() on what it names.`,
    file: path,
    cause,
  })
}
