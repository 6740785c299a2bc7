import { ArchiveError } from '../errors.ts'

/** One header block of a tar, checked. */
export interface TarHeader {
  name: string
  size: number
  mode: number
  type: 'file' | 'directory' | 'pax' | 'pax_global' | 'gnu_long_name'
}

/** Tar is written in blocks of 512 bytes. */
export const blockBytes = 512

/**
 * Reads one header block (POSIX ustar or GNU).
 * @throws {ArchiveError} `checksum`, `header`, `size`, `link`, `entry_type`
 */
export function readTarHeader(block: Uint8Array): TarHeader {
  if (readOctal(block, 148, 8, 'checksum') !== checksumOf(block)) {
    refuse('checksum', 'the checksum of the header to fit', 'another')
  }
  const format = formatOf(block)
  const name = readText(block, 0, 100)
  const prefix = format === 'ustar' ? readText(block, 345, 155) : ''
  const path = prefix === '' ? name : `${prefix}/${name}`
  const type = typeOf(block, path)
  const size = readSize(block, path)
  if (type === 'directory' && size !== 0) {
    refuse('size', 'folders without content', `${size} bytes`, path)
  }
  if (block[157] !== 0) refuse('link', 'no link target', 'one', path)
  return { name: path, size, mode: readOctal(block, 100, 8, 'mode'), type }
}

/** Answers whether a block is all zero; two of them end a tar. */
export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0)
}

/** Writes the header of one file: mode 644 or 755, no owner, no time. The name must fit its field. */
export function writeTarHeader(
  name: Uint8Array,
  size: number,
  type: '0' | 'x',
  executable: boolean,
): Uint8Array {
  const block = new Uint8Array(blockBytes)
  block.set(name, 0)
  putText(block, 100, executable ? '0000755' : '0000644')
  putText(block, 108, '0000000')
  putText(block, 116, '0000000')
  putText(block, 124, size.toString(8).padStart(11, '0'))
  putText(block, 136, '00000000000')
  putText(block, 156, type)
  putText(block, 257, 'ustar\u000000')
  putText(block, 329, '0000000')
  putText(block, 337, '0000000')
  putText(block, 148, `${checksumOf(block).toString(8).padStart(6, '0')}\u0000 `)
  return block
}

/**
 * Decodes a name strictly.
 * @throws {ArchiveError} `name`
 */
export function decodeName(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new ArchiveError(
      'name',
      'expected names in UTF-8, got other bytes: pack the folder anew',
      {
        cause,
      },
    )
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function formatOf(block: Uint8Array): 'ustar' | 'gnu' {
  const magic = String.fromCharCode(...block.subarray(257, 265))
  if (magic === 'ustar\u000000') return 'ustar'
  if (magic === 'ustar  \u0000') return 'gnu'
  return refuse('header', 'a POSIX or GNU tar', 'another format')
}

function typeOf(block: Uint8Array, path: string): TarHeader['type'] {
  const flag = String.fromCharCode(block[156] ?? 0)
  switch (flag) {
    case '0':
    case '\u0000':
      return 'file'
    case '5':
      return 'directory'
    case 'x':
      return 'pax'
    case 'g':
      return 'pax_global'
    case 'L':
      return 'gnu_long_name'
    case '1':
    case '2':
    case 'K':
      return refuse('link', 'files and folders', 'a link', path)
    default:
      return refuse(
        'entry_type',
        'files and folders',
        `an entry of type ${JSON.stringify(flag)}`,
        path,
      )
  }
}

/** Octal only: base-256 sizes begin at 8 GiB, which no package reaches. */
function readSize(block: Uint8Array, path: string): number {
  if (((block[124] ?? 0) & 0x80) !== 0) refuse('size', 'an octal size', 'a binary one', path)
  return readOctal(block, 124, 12, 'size')
}

function readOctal(block: Uint8Array, offset: number, length: number, field: string): number {
  const text = String.fromCharCode(...block.subarray(offset, offset + length))
  const digits = /^ *([0-7]*)[ \u0000]*$/.exec(text)?.[1]
  if (digits === undefined)
    return refuse(field === 'size' ? 'size' : 'header', `an octal ${field}`, 'other characters')
  return digits === '' ? 0 : Number.parseInt(digits, 8)
}

function readText(block: Uint8Array, offset: number, length: number): string {
  const field = block.subarray(offset, offset + length)
  const end = field.indexOf(0)
  return decodeName(end < 0 ? field : field.subarray(0, end))
}

function checksumOf(block: Uint8Array): number {
  let sum = 8 * 0x20
  for (let index = 0; index < blockBytes; index += 1) {
    if (index < 148 || index >= 156) sum += block[index] ?? 0
  }
  return sum
}

function putText(block: Uint8Array, offset: number, text: string): void {
  for (let index = 0; index < text.length; index += 1)
    block[offset + index] = text.charCodeAt(index)
}

function refuse(
  rule: 'checksum' | 'header' | 'size' | 'link' | 'entry_type',
  expected: string,
  received: string,
  file?: string,
): never {
  throw new ArchiveError(
    rule,
    `expected ${expected}, got ${received}: pack the folder anew`,
    file === undefined ? {} : { file: file.slice(0, 200) },
  )
}
