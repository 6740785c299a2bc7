import { gzipSync } from 'node:zlib'

/** One header as its author wants it, honest or not. */
export interface RawEntry {
  readonly name: string
  readonly content?: string | Uint8Array
  /** `0` file, `1` hard link, `2` symlink, `3`/`4` devices, `5` directory, `6` FIFO, `x`/`g` PAX, `L`/`K` GNU. */
  readonly type?: string
  readonly link?: string
  readonly mode?: number
  /** The size field as it stands, when it is to lie. */
  readonly size?: string
  /** The checksum field as it stands, when it is to be wrong. */
  readonly checksum?: string
  readonly prefix?: string
}

const block = 512

/** Lays out a ustar archive byte by byte, refusing nothing. */
export function rawTar(entries: readonly RawEntry[], options: { end?: boolean } = {}): Uint8Array {
  const parts: Uint8Array[] = []
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? '')
    parts.push(header(entry, content.byteLength), content)
    const rest = content.byteLength % block
    if (rest > 0) parts.push(Buffer.alloc(block - rest))
  }
  if (options.end !== false) parts.push(Buffer.alloc(block * 2))
  return Buffer.concat(parts)
}

/** The same, compressed. */
export function rawTarGz(entries: readonly RawEntry[]): Uint8Array {
  return gzipSync(rawTar(entries))
}

/** One PAX record: its length counts itself. */
export function paxRecord(key: string, value: string): string {
  const tail = ` ${key}=${value}\n`
  let length = tail.length
  while (String(length).length + tail.length !== length) {
    length = String(length).length + tail.length
  }
  return `${length}${tail}`
}

function header(entry: RawEntry, size: number): Buffer {
  const bytes = Buffer.alloc(block)
  bytes.write(entry.name, 0, 100, 'utf8')
  bytes.write(octal(entry.mode ?? 0o644, 7), 100, 'latin1')
  bytes.write(octal(0, 7), 108, 'latin1')
  bytes.write(octal(0, 7), 116, 'latin1')
  bytes.write(entry.size ?? octal(size, 11), 124, 12, 'latin1')
  bytes.write(octal(0, 11), 136, 'latin1')
  bytes.write('        ', 148, 'latin1')
  bytes.write(entry.type ?? '0', 156, 'latin1')
  bytes.write(entry.link ?? '', 157, 100, 'utf8')
  bytes.write('ustar\u000000', 257, 'latin1')
  bytes.write(entry.prefix ?? '', 345, 155, 'utf8')
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  bytes.write(entry.checksum ?? `${octal(sum, 6)} `, 148, 8, 'latin1')
  return bytes
}

function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, '0')}\0`
}
