import { crc32, deflateRawSync } from 'node:zlib'

/** One entry of a zip made by hand, any field wrong on purpose. */
export interface RawZipEntry {
  name: string
  content?: string | Uint8Array
  stored?: boolean
  /** Values the local header has instead of the true ones. */
  local?: { name?: string; method?: number; flags?: number; size?: number }
  mode?: number
  flags?: number
  crcError?: number
  /** Written as uncompressed size in both places. */
  size?: number
}

/** A zip of the entries; `tail` is put behind the end record, `before` ahead of the directory. */
export function buildZip(
  entries: readonly RawZipEntry[],
  options: { tail?: Uint8Array; before?: Uint8Array; comment?: string; disk?: number } = {},
): Buffer {
  const locals: Buffer[] = []
  const centrals: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const { local, central } = entryRecords(entry, offset)
    locals.push(local)
    centrals.push(central)
    offset += local.length
  }
  const before = Buffer.from(options.before ?? '')
  const directory = Buffer.concat(centrals)
  const comment = Buffer.from(options.comment ?? '', 'latin1')
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(options.disk ?? 0, 4)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset + before.length, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([
    ...locals,
    before,
    directory,
    end,
    comment,
    Buffer.from(options.tail ?? ''),
  ])
}

function entryRecords(entry: RawZipEntry, offset: number): { local: Buffer; central: Buffer } {
  const content = Buffer.from(entry.content ?? '')
  const data = entry.stored === true ? content : deflateRawSync(content)
  const method = entry.stored === true ? 0 : 8
  const flags = entry.flags ?? 0x800
  const crc = (crc32(content) + (entry.crcError ?? 0)) >>> 0
  const size = entry.size ?? content.length
  const localName = Buffer.from(entry.local?.name ?? entry.name)
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50, 0)
  local.writeUInt16LE(20, 4)
  local.writeUInt16LE(entry.local?.flags ?? flags, 6)
  local.writeUInt16LE(entry.local?.method ?? method, 8)
  local.writeUInt32LE(crc, 14)
  local.writeUInt32LE(data.length, 18)
  local.writeUInt32LE(entry.local?.size ?? size, 22)
  local.writeUInt16LE(localName.length, 26)
  const name = Buffer.from(entry.name)
  const central = Buffer.alloc(46)
  central.writeUInt32LE(0x02014b50, 0)
  central.writeUInt16LE((3 << 8) | 20, 4)
  central.writeUInt16LE(20, 6)
  central.writeUInt16LE(flags, 8)
  central.writeUInt16LE(method, 10)
  central.writeUInt32LE(crc, 16)
  central.writeUInt32LE(data.length, 20)
  central.writeUInt32LE(size, 24)
  central.writeUInt16LE(name.length, 28)
  central.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38)
  central.writeUInt32LE(offset, 42)
  return { local: Buffer.concat([local, localName, data]), central: Buffer.concat([central, name]) }
}
