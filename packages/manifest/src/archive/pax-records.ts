import { ArchiveError } from '../errors.ts'
import { decodeName } from './tar-header.ts'

/** What the extended header of one entry says that matters here. */
export interface PaxRecords {
  path?: string
  size?: number
}

/** A path and a few times; 64 KiB leaves room for attributes of file systems. */
export const maxPaxBytes: number = 64 * 1024

/**
 * Reads the records of an extended header (POSIX pax): `LENGTH key=value\n`, lengths exact, every key once.
 * @throws {ArchiveError} `header`, `size`, `link`, `unsupported`
 */
export function readPaxRecords(bytes: Uint8Array, scope: 'entry' | 'global'): PaxRecords {
  const records: PaxRecords = {}
  const seen = new Set<string>()
  let offset = 0
  while (offset < bytes.length) {
    const space = bytes.indexOf(0x20, offset)
    const digits =
      space < 0 ? '' : String.fromCharCode(...bytes.subarray(offset, Math.min(space, offset + 8)))
    const length = /^[1-9][0-9]{0,6}$/.test(digits) ? Number(digits) : 0
    const end = offset + length
    if (
      space < 0 ||
      length === 0 ||
      end > bytes.length ||
      end <= space + 1 ||
      bytes[end - 1] !== 0x0a
    ) {
      refuse('header', 'extended header records of the length they name', 'another')
    }
    const record = decodeName(bytes.subarray(space + 1, end - 1))
    const equals = record.indexOf('=')
    if (equals < 1) refuse('header', 'key=value in the extended header', 'another text')
    const key = record.slice(0, equals)
    if (seen.has(key)) refuse('header', 'every key of the extended header once', key)
    seen.add(key)
    apply(records, key, record.slice(equals + 1), scope)
    offset = end
  }
  return records
}

function apply(records: PaxRecords, key: string, value: string, scope: 'entry' | 'global'): void {
  if (key === 'linkpath') refuse('link', 'files and folders', 'a link')
  if (key.startsWith('GNU.sparse') || key === 'hdrcharset') {
    refuse('unsupported', 'plain entries', `the extended header ${key.slice(0, 40)}`)
  }
  if (key !== 'path' && key !== 'size') return // times, owners, comments, attributes: not carried
  if (scope === 'global') refuse('header', 'path and size per entry', `${key} for all`)
  if (key === 'path') {
    if (value === '' || value.includes('\u0000')) refuse('header', 'a path', 'none or one with NUL')
    records.path = value
    return
  }
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(value))
    refuse('size', 'a size in decimal digits', value.slice(0, 40))
  records.size = Number(value)
}

function refuse(
  rule: 'header' | 'size' | 'link' | 'unsupported',
  expected: string,
  received: string,
): never {
  throw new ArchiveError(rule, `expected ${expected}, got ${received}: pack the folder anew`)
}
