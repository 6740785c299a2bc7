import { ManifestError } from '../errors.ts'
import { writeCanonical } from './write-canonical.ts'

/**
 * Writes a value in the one form RFC 8785 allows, as UTF-8: the bytes that are hashed and signed.
 *
 * Only what JSON can say is written. `undefined`, functions, `NaN`, infinities, bigints, dates, class instances, holes in
 * lists and lone surrogates are refused rather than left out, and so is nesting deeper than 64 levels.
 * @throws {ManifestError} `not_json_value`, `too_deep`
 */
export function canonicalize(value: unknown): Uint8Array {
  return encoder.encode(canonicalText(value))
}

/**
 * The canonical form as text; see {@link canonicalize}. The built-in writer makes it wherever its order of members can be
 * made the canonical one: it escapes texts and writes numbers as RFC 8785 asks (§3.2.2), and is several times faster.
 */
export function canonicalText(value: unknown): string {
  const ordered = inOrder(value, 1)
  if (ordered === unordered) return writeCanonical(value)
  const text = JSON.stringify(ordered)
  // The built-in writer escapes lone surrogates, which here are refused; the careful writer tells them from texts about them.
  return text.includes(surrogateEscape) ? writeCanonical(value) : text
}

/**
 * Writes an object whole and without one of its members: a signature covers the second and travels in the first.
 * @throws {ManifestError} `not_json_value`, `too_deep`
 */
export function canonicalTextWithout(
  value: Readonly<Record<string, unknown>>,
  member: string,
): { whole: string; without: string } {
  let whole = ''
  let without = ''
  for (const key of Object.keys(value).sort()) {
    const text = `${canonicalText(key)}:${canonicalText(value[key])}`
    whole += whole === '' ? text : `,${text}`
    if (key !== member) without += without === '' ? text : `,${text}`
  }
  return { whole: `{${whole}}`, without: `{${without}}` }
}

/** Deepest nesting written; the reader's limit is the same. */
export const maxCanonicalDepth: number = 64

const encoder = new TextEncoder()
const surrogateEscape = String.raw`\ud`
/** Says that objects hold members whose order the built-in writer does not keep. */
const unordered = Symbol('unordered')

/** The value itself when every object's members are in order, a copy with ordered members otherwise. */
function inOrder(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (Number.isFinite(value)) return value
      return refuse(`the number ${value}`)
    case 'object':
      if (value === null) return null
      if (depth > maxCanonicalDepth) refuseDepth()
      return Array.isArray(value) ? listInOrder(value, depth) : objectInOrder(value, depth)
    default:
      return refuse(`a value of type ${typeof value}`)
  }
}

function listInOrder(list: readonly unknown[], depth: number): unknown {
  for (let index = 0; index < list.length; index += 1) {
    const value = list[index] // a hole reads as undefined and is refused
    const ordered = inOrder(value, depth + 1)
    if (ordered === unordered) return unordered
    if (ordered !== value) return copyList(list, index, depth)
  }
  return list
}

function copyList(list: readonly unknown[], from: number, depth: number): unknown {
  const copy = list.slice(0, from)
  for (let index = from; index < list.length; index += 1) {
    const ordered = inOrder(list[index], depth + 1)
    if (ordered === unordered) return unordered
    copy.push(ordered)
  }
  return copy
}

function objectInOrder(value: object, depth: number): unknown {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) refuse('an instance of a class')
  const record = value as Readonly<Record<string, unknown>> // a plain object, checked above
  const keys = Object.keys(record)
  if (!areSorted(keys)) return copyObject(record, keys.sort(), depth)
  for (const key of keys) {
    const member = record[key]
    const ordered = inOrder(member, depth + 1)
    if (ordered === unordered) return unordered
    if (ordered !== member) return copyObject(record, keys, depth)
  }
  return record
}

/** RFC 8785 §3.2.3: members sort by the UTF-16 code units of their names, which is how JavaScript compares texts. */
function areSorted(keys: readonly string[]): boolean {
  let before = ''
  for (const key of keys) {
    if (key < before) return false
    before = key
  }
  return true
}

/** Objects put whole numbers first and give `__proto__` a meaning: such names the built-in writer would misplace. */
function copyObject(
  record: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  depth: number,
): unknown {
  const copy: Record<string, unknown> = {}
  let isMisplaced = false
  for (const key of keys) {
    const code = key.charCodeAt(0)
    if ((code >= 0x30 && code <= 0x39) || key === '__proto__') isMisplaced = true
    const ordered = inOrder(record[key], depth + 1)
    if (ordered === unordered) isMisplaced = true
    else if (!isMisplaced) copy[key] = ordered
  }
  return isMisplaced ? unordered : copy
}

function refuseDepth(): never {
  throw new ManifestError(
    'too_deep',
    `expected at most ${maxCanonicalDepth} levels of nesting, got more (or a cycle): flatten the value`,
  )
}

function refuse(received: string): never {
  throw new ManifestError(
    'not_json_value',
    `expected what JSON can say, got ${received}: leave it out or convert it first`,
  )
}
