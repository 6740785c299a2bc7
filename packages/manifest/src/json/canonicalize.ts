import { ManifestError } from '../errors.ts'

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

/** The canonical form as text; see {@link canonicalize}. */
export function canonicalText(value: unknown): string {
  return writeValue(value, 1)
}

/**
 * Writes an object twice in one pass: whole, and without one of its members. A signature covers the second and travels
 * in the first.
 * @throws {ManifestError} `not_json_value`, `too_deep`
 */
export function canonicalTextWithout(
  value: Readonly<Record<string, unknown>>,
  member: string,
): { whole: string; without: string } {
  let before = ''
  let own = ''
  let after = ''
  for (const key of sortedKeys(value)) {
    const text = `${writeKey(key)}${writeValue(value[key], 2)}`
    if (key === member) own = text
    else if (own === '') before += before === '' ? text : `,${text}`
    else after += after === '' ? text : `,${text}`
  }
  return { whole: `{${joined(before, own, after)}}`, without: `{${joined(before, after)}}` }
}

/** Deepest nesting written; the reader's limit is the same. */
export const maxCanonicalDepth = 64

const encoder = new TextEncoder()
const loneSurrogate = /\p{Surrogate}/u
// Everything but quote, backslash, control characters and surrogates stands for itself (RFC 8785 §3.2.2.2).
// oxlint-disable-next-line no-control-regex
const needsCare = /["\\\u0000-\u001f\ud800-\udfff]/

/** Written keys are remembered: documents of one kind have the same few hundred. */
const keyCache = new Map<string, string>()
const maxCachedKeys = 2048

function writeValue(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return writeString(value)
    case 'number':
      return writeNumber(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      if (depth > maxCanonicalDepth) {
        throw new ManifestError(
          'too_deep',
          `expected at most ${maxCanonicalDepth} levels of nesting, got more (or a cycle): flatten the value`,
        )
      }
      return Array.isArray(value) ? writeList(value, depth) : writeObject(value, depth)
    default:
      return refuse(`a value of type ${typeof value}`)
  }
}

function writeObject(value: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) refuse('an instance of a class')
  const record = value as Readonly<Record<string, unknown>> // a plain object, checked above
  let text = '{'
  let first = true
  for (const key of sortedKeys(record)) {
    if (first) first = false
    else text += ','
    text += writeKey(key) + writeValue(record[key], depth + 1)
  }
  return `${text}}`
}

function writeList(value: readonly unknown[], depth: number): string {
  let text = '['
  for (let index = 0; index < value.length; index += 1) {
    if (index > 0) text += ','
    text += writeValue(value[index], depth + 1) // a hole reads as undefined and is refused
  }
  return `${text}]`
}

/** RFC 8785 §3.2.3: keys sort by their UTF-16 code units, which is what JavaScript's default order is. */
function sortedKeys(value: Readonly<Record<string, unknown>>): string[] {
  const keys = Object.keys(value)
  for (let index = 1; index < keys.length; index += 1) {
    if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return keys.sort()
  }
  return keys
}

function writeKey(key: string): string {
  const known = keyCache.get(key)
  if (known !== undefined) return known
  const written = `${writeString(key)}:`
  if (keyCache.size < maxCachedKeys && key.length <= 64) keyCache.set(key, written)
  return written
}

function writeString(value: string): string {
  if (!needsCare.test(value)) return `"${value}"`
  if (loneSurrogate.test(value)) refuse('a lone surrogate in a text')
  return JSON.stringify(value)
}

/** RFC 8785 §3.2.2.3: numbers as ECMAScript writes them; what is no JSON number is refused. */
function writeNumber(value: number): string {
  if (!Number.isFinite(value)) refuse(`the number ${value}`)
  return String(value)
}

function joined(...parts: string[]): string {
  return parts.filter((part) => part !== '').join(',')
}

function refuse(received: string): never {
  throw new ManifestError(
    'not_json_value',
    `expected what JSON can say, got ${received}: leave it out or convert it first`,
  )
}
