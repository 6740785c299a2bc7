import { ManifestError } from '../errors.ts'
import { parseJson } from '../json/parse-json.ts'

/**
 * Reads the plain part of YAML that nearly all attributes are written in: `key: value` lines, one inside another, lists of
 * plain values, block texts, and JSON. Answers `undefined` for anything else, which a full reader then takes; what it
 * answers, a full reader would too.
 */
export function readPlainFrontmatter(source: string): Record<string, unknown> | undefined {
  return readLines(source.split(/\r\n|\n/), 1)
}

/** Attributes have three levels at most in real files. */
const maxDepth = 8

function readLines(lines: readonly string[], depth: number): Record<string, unknown> | undefined {
  const attributes: Record<string, unknown> = {}
  let index = 0
  while (index < lines.length) {
    const line = lines[index] ?? ''
    index += 1
    if (line === '') continue
    const colon = line.indexOf(':')
    const key = line.slice(0, colon)
    if (colon < 1 || !plainKey.test(key) || Object.hasOwn(attributes, key)) return undefined
    const rest = line.slice(colon + 1)
    const deeper = countDeeper(lines, index)
    const value =
      deeper === 0 ? readInline(rest) : readNested(rest, lines.slice(index, index + deeper), depth)
    if (value === undefined) return undefined
    attributes[key] = value
    index += deeper
  }
  return attributes
}

/** No word YAML could take for something else, and no way to a prototype. */
const plainKey = /^(?!(?:true|false|null|constructor)$)[A-Za-z][A-Za-z0-9_-]{0,63}$/i
// A character that begins something else than plain text, or an end that does.
const plainText =
  /^[A-Za-z0-9(/.$_+<=^;\u00a1-\u167f\u2010-\u2027\u2030-\ud7ff\ue000-\ufefe\u{10000}-\u{10fffd}][^\u0000-\u001f\u007f-\u00a0\u2028\u2029\ufeff\ud800-\udfff]*$/u
/** What YAML's core schema reads as a number, boolean or null. */
const needsResolving =
  /^(?:[-+]?(?:0o[0-7]+|0x[0-9a-f]+|\.inf|(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:e[-+]?[0-9]+)?)|\.nan|true|false|null|~|)$/i
const innerMark = /:(?:\s|$)|\s#/

function countDeeper(lines: readonly string[], from: number): number {
  let count = 0
  while (from + count < lines.length) {
    const line = lines[from + count] ?? ''
    const isDeeper = line === '' || line.startsWith(' ') || line.startsWith('- ')
    if (!isDeeper) break
    count += 1
  }
  while (count > 0 && lines[from + count - 1] === '') count -= 1
  return count
}

function readInline(rest: string): unknown {
  if (rest === '') return null
  if (!rest.startsWith(' ') || rest.includes('\t')) return undefined
  const text = rest.trim()
  const first = text.charAt(0)
  if (first === '"' || first === "'") return readQuoted(text, first)
  if (first === '[') return readFlowList(text) ?? readJson(text)
  if (first === '{') return readJson(text)
  return readScalar(text)
}

function readScalar(text: string): unknown {
  if (text === 'true') return true
  if (text === 'false') return false
  if (/^(?:0|[1-9][0-9]{0,8})$/.test(text)) return Number(text)
  if (needsResolving.test(text)) return undefined
  return plainText.test(text) && !innerMark.test(text) ? text : undefined
}

/** JSON is YAML too; strict reading refuses what the two would understand differently. */
function readJson(text: string): unknown {
  try {
    return parseJson(text, { maxDepth: 16 })
  } catch (error) {
    if (error instanceof ManifestError) return undefined // a flow of YAML's own: the full reader takes it
    throw error
  }
}

function readQuoted(text: string, quote: string): string | undefined {
  if (text.length < 2 || !text.endsWith(quote)) return undefined
  const inner = text.slice(1, -1)
  if (quote === '"' && jsonText.test(text) && printable.test(inner))
    return JSON.parse(text) as string
  const isSimple = !inner.includes(quote) && !inner.includes('\\')
  return isSimple && (inner === '' || printable.test(inner)) ? inner : undefined
}

/** Escapes that mean the same in JSON and YAML. */
const jsonText = /^"(?:[^"\\]|\\["\\nt])*"$/
const printable = /^[^\u0000-\u001f\u007f-\u00a0\u2028\u2029\ufeff\ud800-\udfff]*$/u

function readFlowList(text: string): string[] | undefined {
  if (!/^\[[A-Za-z][A-Za-z0-9_ ./-]*(?:, ?[A-Za-z][A-Za-z0-9_ ./-]*)*\]$/.test(text))
    return undefined
  const items = text
    .slice(1, -1)
    .split(',')
    .map((item) => item.trim())
  return items.every((item) => !needsResolving.test(item)) ? items : undefined
}

function readNested(rest: string, lines: readonly string[], depth: number): unknown {
  const header = rest.trim()
  if (header === '|' || header === '>' || header === '|-' || header === '>-') {
    return readBlockText(header, lines)
  }
  if (header !== '') return undefined
  return /^ *- /.test(lines[0] ?? '') ? readBlockList(lines) : readInner(lines, depth)
}

/** Attributes of an attribute: the same again, indented. */
function readInner(lines: readonly string[], depth: number): Record<string, unknown> | undefined {
  const indent = /^ +/.exec(lines[0] ?? '')?.[0]
  if (indent === undefined || depth >= maxDepth) return undefined
  if (!lines.every((line) => line === '' || line.startsWith(indent))) return undefined
  return readLines(
    lines.map((line) => line.slice(indent.length)),
    depth + 1,
  )
}

function readBlockList(lines: readonly string[]): unknown[] | undefined {
  const indent = /^ */.exec(lines[0] ?? '')?.[0] ?? ''
  const items: unknown[] = []
  for (const line of lines) {
    if (!line.startsWith(`${indent}- `) || line.charAt(indent.length + 2) === ' ') return undefined
    const value = readInline(line.slice(indent.length + 1))
    if (typeof value !== 'string' && typeof value !== 'boolean' && typeof value !== 'number')
      return undefined
    items.push(value)
  }
  return items
}

/** Literal and folded texts of even indentation, without the corners that folding has. */
function readBlockText(header: string, lines: readonly string[]): string | undefined {
  const indent = /^ +/.exec(lines[0] ?? '')?.[0]
  if (indent === undefined) return undefined
  const texts: string[] = []
  for (const line of lines) {
    if (line === '') texts.push('')
    else if (line.startsWith(indent) && printable.test(line)) texts.push(line.slice(indent.length))
    else return undefined
  }
  const isFolded = header.startsWith('>')
  if (isFolded && texts.some((text) => text.startsWith(' '))) return undefined
  const body = isFolded ? fold(texts) : texts.join('\n')
  return header.endsWith('-') ? body : `${body}\n`
}

/** One line break becomes a blank; each further one stays. */
function fold(texts: readonly string[]): string {
  let folded = ''
  let breaks = 0
  for (const text of texts) {
    if (text === '') {
      breaks += 1
      continue
    }
    if (folded !== '') folded += breaks === 0 ? ' ' : '\n'.repeat(breaks)
    folded += text
    breaks = 0
  }
  return folded
}
