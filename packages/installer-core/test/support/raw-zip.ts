import { crc32 } from 'node:zlib'

/** One stored file as its author wants it, honest or not. */
export interface RawZipEntry {
  readonly name: string
  readonly content?: string
  /** Name in the central directory, when it is to differ. */
  readonly centralName?: string
  /** Uncompressed size as both headers claim it. */
  readonly size?: number
  /** Unix mode, type bits included: `0o120777` is a symlink. */
  readonly mode?: number
}

/** Lays out a zip byte by byte, refusing nothing. */
export function rawZip(entries: readonly RawZipEntry[]): Uint8Array {
  const locals: Buffer[] = []
  const centrals: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? '')
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    fill(local, 4, entry, content)
    const name = Buffer.from(entry.name)
    local.writeUInt16LE(name.length, 26)
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    central.writeUInt16LE(0x031e, 4)
    fill(central, 6, entry, content)
    const centralName = Buffer.from(entry.centralName ?? entry.name)
    central.writeUInt16LE(centralName.length, 28)
    central.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38)
    central.writeUInt32LE(offset, 42)
    locals.push(local, name, content)
    centrals.push(central, centralName)
    offset += local.length + name.length + content.length
  }
  const directory = Buffer.concat(centrals)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, directory, end])
}

function fill(header: Buffer, at: number, entry: RawZipEntry, content: Buffer): void {
  header.writeUInt16LE(20, at)
  header.writeUInt32LE(crc32(content), at + 10)
  header.writeUInt32LE(content.length, at + 14)
  header.writeUInt32LE(entry.size ?? content.length, at + 18)
}
