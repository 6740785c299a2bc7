import { isJsonObject, type JsonObject } from '../json/json-value.ts'
import { parseJson } from '../json/parse-json.ts'
import type { FileMap, FormatProblem } from './file-map.ts'

/**
 * Reads a JSON file of a foreign format leniently: a byte order mark is skipped with a warning, anything unreadable is a
 * problem and answers `undefined`. Nothing of it is trusted: callers take the fields they know, by type.
 */
export function readForeignJson(files: FileMap, file: string, problems: FormatProblem[]): unknown {
  const bytes = files.get(file)?.bytes
  if (bytes === undefined) return undefined
  if (bytes.length > maxForeignBytes) {
    problems.push({
      severity: 'error',
      file,
      message: `expected at most ${maxForeignBytes} bytes, got ${bytes.length}: split the file`,
    })
    return undefined
  }
  const text = textOf(bytes)
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    problems.push({
      severity: 'warning',
      file,
      line: 1,
      message: 'expected plain UTF-8, got a byte order mark: save without it',
    })
  }
  if (isTooDeep(text)) {
    problems.push({
      severity: 'error',
      file,
      message: 'expected at most 64 levels of nesting, got more: flatten the file',
    })
    return undefined
  }
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    problems.push({
      severity: 'error',
      file,
      ...lineOf(text, error),
      message: `expected JSON, got a text it refuses: correct it (${messageOf(error)})`,
    })
    return undefined
  }
}

/** Like {@link readForeignJson}, for files that must hold an object. */
export function readForeignObject(
  files: FileMap,
  file: string,
  problems: FormatProblem[],
): JsonObject | undefined {
  const value = readForeignJson(files, file, problems)
  if (value === undefined) return undefined
  if (isJsonObject(value)) return value
  problems.push({
    severity: 'error',
    file,
    line: 1,
    message: 'expected an object, got another JSON value: see the format',
  })
  return undefined
}

/** Decodes text of unknown origin: a byte order mark is skipped, what is no UTF-8 becomes U+FFFD. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** A text field; `undefined` for any other type and for blank texts. */
export function textField(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== ''
    ? value.trim().replaceAll(/\p{Surrogate}/gu, '\uFFFD')
    : undefined
}

/** A list of texts; a text alone counts as a list of one, other entries are left out. */
export function textList(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value]
  return list.flatMap((entry) => textField(entry) ?? [])
}

/** One line of at most so many characters, for fields that are no longer. */
export function asLine(text: string, maxLength: number): string {
  const line = text.replaceAll(/[\r\n]+/g, ' ').trim()
  return line.length > maxLength
    ? `${line.slice(0, maxLength - 1).replace(/\p{Surrogate}$/u, '')}…`
    : line
}

/** An object of texts only. */
export function textMap(value: unknown): Record<string, string> | undefined {
  if (!isJsonObject(value)) return undefined
  const entries = Object.entries(value).flatMap(([key, entry]) =>
    key === '' ||
    key === '__proto__' ||
    key === 'constructor' ||
    /[\r\n]/.test(key) ||
    key.length > 256
      ? []
      : typeof entry === 'string' || typeof entry === 'number' || typeof entry === 'boolean'
        ? [
            [
              key,
              String(entry)
                .replaceAll(/\p{Surrogate}/gu, '\uFFFD')
                .slice(0, 8192),
            ] as const,
          ]
        : [],
  )
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

/** The largest real marketplace.json has 1.6 MiB. */
const maxForeignBytes = 8 * 1024 * 1024
const decoder = new TextDecoder('utf-8')

function isTooDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (inString) {
      if (code === 0x5c) index += 1
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x5b || code === 0x7b) depth += 1
    else if (code === 0x5d || code === 0x7d) depth -= 1
    if (depth > 64) return true
  }
  return false
}

function lineOf(text: string, error: unknown): { line?: number } {
  const message = messageOf(error)
  const position = /at position ([0-9]+)/.exec(message)?.[1]
  if (position !== undefined) return { line: lineAt(text, Number(position)) }
  if (message.startsWith('Unexpected end')) return { line: lineAt(text.trimEnd(), Infinity) }
  // Some refusals of the built-in parser name no place: the strict one finds it.
  const line = /at line ([0-9]+), column/.exec(strictRefusal(text))?.[1]
  return line === undefined ? {} : { line: Number(line) }
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length
}

function strictRefusal(text: string): string {
  try {
    parseJson(text, { maxBytes: maxForeignBytes })
    return ''
  } catch (error) {
    return messageOf(error)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 120) : 'unreadable'
}
