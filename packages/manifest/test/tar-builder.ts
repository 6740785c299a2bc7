import { gzipSync } from 'node:zlib'

/** One entry of a tar made by hand, any field wrong on purpose. */
export interface RawEntry {
  name: string | Uint8Array
  content?: Uint8Array | string
  type?: string
  mode?: number
  linkname?: string
  /** Written instead of the true size. */
  size?: number | Uint8Array
  magic?: string
  prefix?: string
  /** Added to the true checksum. */
  checksumError?: number
}

/** A tar of the entries, with its end mark. */
export function buildTar(
  entries: readonly RawEntry[],
  end: Uint8Array = Buffer.alloc(1024),
): Buffer {
  return Buffer.concat([...entries.flatMap(entryBlocks), end])
}

export function buildTarGz(entries: readonly RawEntry[]): Buffer {
  return gzipSync(buildTar(entries))
}

/** The extended header of the entry behind it. */
export function paxEntry(records: Readonly<Record<string, string>>, type = 'x'): RawEntry {
  const content = Object.entries(records)
    .map(([key, value]) => paxRecord(key, value))
    .join('')
  return { name: 'PaxHeader/entry', type, content }
}

/** The block before an entry that holds its long name, as GNU tar writes it. */
export function gnuLongName(name: string): RawEntry {
  return { name: '././@LongLink', type: 'L', content: `${name}\0`, magic: 'ustar  \0' }
}

function paxRecord(key: string, value: string): string {
  const body = ` ${key}=${value}\n`
  let length = Buffer.byteLength(body)
  while (length !== Buffer.byteLength(body) + String(length).length) {
    length = Buffer.byteLength(body) + String(length).length
  }
  return `${length}${body}`
}

function entryBlocks(entry: RawEntry): Buffer[] {
  const content = Buffer.from(entry.content ?? '')
  const block = Buffer.alloc(512)
  Buffer.from(entry.name).copy(block, 0, 0, 100)
  octal(block, 100, 7, entry.mode ?? 0o644)
  octal(block, 108, 7, 0)
  octal(block, 116, 7, 0)
  if (entry.size instanceof Uint8Array) Buffer.from(entry.size).copy(block, 124)
  else octal(block, 124, 11, entry.size ?? content.length)
  octal(block, 136, 11, 0)
  block.write(entry.type ?? '0', 156, 'latin1')
  block.write(entry.linkname ?? '', 157)
  block.write(entry.magic ?? 'ustar\u000000', 257, 'latin1')
  block.write(entry.prefix ?? '', 345)
  block.fill(0x20, 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0) + (entry.checksumError ?? 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return [block, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
}

function octal(block: Buffer, offset: number, digits: number, value: number): void {
  block.write(value.toString(8).padStart(digits, '0'), offset, 'latin1')
}
