import { ManifestError } from '../errors.ts'
import type { JsonObject, JsonValue } from './json-value.ts'

/** Limits of strict reading. */
export interface ParseJsonOptions {
  /** Largest input, counted in bytes (or UTF-16 units of a string). Default 4 MiB: an index of a large catalogue fits. */
  readonly maxBytes?: number
  /** Deepest nesting of lists and objects. Default 64: the deepest real document seen has nine levels. */
  readonly maxDepth?: number
}

const defaultMaxBytes = 4 * 1024 * 1024
const defaultMaxDepth = 64

/**
 * Reads JSON the strict way: what two readers could understand differently is refused.
 *
 * Refused: a byte order mark, invalid UTF-8, lone surrogates, a key given twice in one object, the keys `__proto__` and
 * `constructor`, numbers whose value would be rounded or is not finite, and whatever RFC 8259 does not allow.
 * @throws {ManifestError} `malformed_bytes`, `malformed_json`, `too_large`, `too_deep`
 */
export function parseJson(input: Uint8Array | string, options: ParseJsonOptions = {}): JsonValue {
  const maxBytes = options.maxBytes ?? defaultMaxBytes
  if (input.length > maxBytes) {
    throw new ManifestError(
      'too_large',
      `expected at most ${maxBytes} bytes of JSON, got ${input.length}: shorten the document`,
    )
  }
  const text = typeof input === 'string' ? input : decodeUtf8(input)
  const reader = new JsonReader(text, options.maxDepth ?? defaultMaxDepth)
  return reader.readDocument()
}

/**
 * Decodes UTF-8 and refuses what is not: invalid sequences and a leading byte order mark.
 * @throws {ManifestError} `malformed_bytes`
 */
export function decodeUtf8(bytes: Uint8Array): string {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    throw new ManifestError(
      'malformed_bytes',
      'expected plain UTF-8, got a byte order mark: save the file without it',
    )
  }
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new ManifestError(
      'malformed_bytes',
      'expected UTF-8, got bytes that are not: save the file as UTF-8',
      { cause },
    )
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const loneSurrogate = /\p{Surrogate}/u
const numberToken = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
// oxlint-disable-next-line no-control-regex -- RFC 8259 §7 forbids raw control characters in strings
const plainString = /[^"\\\u0000-\u001f]*/y

class JsonReader {
  private readonly text: string
  private readonly maxDepth: number
  private position = 0

  constructor(text: string, maxDepth: number) {
    this.text = text
    this.maxDepth = maxDepth
  }

  readDocument(): JsonValue {
    if (loneSurrogate.test(this.text)) this.refuse('well-formed text', 'a lone surrogate')
    this.skipSpace()
    const value = this.readValue(1)
    this.skipSpace()
    if (this.position < this.text.length) this.refuse('the end of the document', this.here())
    return value
  }

  private readValue(depth: number): JsonValue {
    switch (this.text.charCodeAt(this.position)) {
      case 0x22:
        return this.readString()
      case 0x7b:
        return this.readObject(depth)
      case 0x5b:
        return this.readList(depth)
      case 0x74:
        return this.readWord('true', true)
      case 0x66:
        return this.readWord('false', false)
      case 0x6e:
        return this.readWord('null', null)
      default:
        return this.readNumber()
    }
  }

  private readObject(depth: number): JsonObject {
    this.enter(depth)
    const result: JsonObject = {}
    this.position += 1
    this.skipSpace()
    if (this.take(0x7d)) return result
    for (;;) {
      if (this.text.charCodeAt(this.position) !== 0x22) this.refuse('a key in quotes', this.here())
      const key = this.readString()
      if (isForbiddenKey(key)) this.refuse('an ordinary key', `the key ${JSON.stringify(key)}`)
      if (Object.hasOwn(result, key)) {
        this.refuse('every key once', `the key ${JSON.stringify(clip(key))} a second time`)
      }
      this.skipSpace()
      if (!this.take(0x3a)) this.refuse('":" after a key', this.here())
      this.skipSpace()
      result[key] = this.readValue(depth + 1)
      this.skipSpace()
      if (this.take(0x7d)) return result
      if (!this.take(0x2c)) this.refuse('"," or "}"', this.here())
      this.skipSpace()
    }
  }

  private readList(depth: number): JsonValue[] {
    this.enter(depth)
    const result: JsonValue[] = []
    this.position += 1
    this.skipSpace()
    if (this.take(0x5d)) return result
    for (;;) {
      result.push(this.readValue(depth + 1))
      this.skipSpace()
      if (this.take(0x5d)) return result
      if (!this.take(0x2c)) this.refuse('"," or "]"', this.here())
      this.skipSpace()
    }
  }

  private readString(): string {
    const { text } = this
    const start = this.position + 1
    plainString.lastIndex = start
    plainString.test(text)
    let end = plainString.lastIndex
    if (text.charCodeAt(end) === 0x22) {
      this.position = end + 1
      return text.slice(start, end)
    }
    while (end < text.length && text.charCodeAt(end) === 0x5c) {
      plainString.lastIndex = end + 2
      plainString.test(text)
      end = plainString.lastIndex
    }
    if (text.charCodeAt(end) !== 0x22) {
      this.position = Math.min(end, text.length)
      this.refuse('a closing quote', this.here())
    }
    return this.unescape(start, end)
  }

  private unescape(start: number, end: number): string {
    let value: string
    try {
      value = JSON.parse(this.text.slice(start - 1, end + 1)) as string // a JSON string token decodes to a string
    } catch {
      this.refuse('a valid escape', 'an unknown one')
    }
    if (loneSurrogate.test(value)) this.refuse('well-formed text', 'an escaped lone surrogate')
    this.position = end + 1
    return value
  }

  private readNumber(): number {
    numberToken.lastIndex = this.position
    if (!numberToken.test(this.text)) this.refuse('a JSON value', this.here())
    const token = this.text.slice(this.position, numberToken.lastIndex)
    const value = Number(token)
    if (!Number.isFinite(value) || !saysExactly(token, value)) {
      this.refuse('a number a double holds exactly', clip(token))
    }
    this.position = numberToken.lastIndex
    return value === 0 ? 0 : value // RFC 8785 §3.2.2.3: negative zero is written 0
  }

  private readWord<Value extends JsonValue>(word: string, value: Value): Value {
    if (!this.text.startsWith(word, this.position)) this.refuse('a JSON value', this.here())
    this.position += word.length
    return value
  }

  private enter(depth: number): void {
    if (depth > this.maxDepth) {
      throw new ManifestError(
        'too_deep',
        `expected at most ${this.maxDepth} levels of nesting, got more at ${this.place()}: flatten the document`,
      )
    }
  }

  private take(code: number): boolean {
    if (this.text.charCodeAt(this.position) !== code) return false
    this.position += 1
    return true
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.position)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.position += 1
    }
  }

  private here(): string {
    return this.position < this.text.length
      ? JSON.stringify(this.text.slice(this.position, this.position + 1))
      : 'the end of the text'
  }

  private place(): string {
    const before = this.text.slice(0, this.position)
    const line = before.split('\n').length
    return `line ${line}, column ${before.length - before.lastIndexOf('\n')}`
  }

  private refuse(expected: string, received: string): never {
    throw new ManifestError(
      'malformed_json',
      `expected ${expected}, got ${received} at ${this.place()}: correct the JSON there`,
    )
  }
}

/** Keys that reach a prototype in careless readers; no document of ours needs them. */
export function isForbiddenKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor'
}

/** Whether the literal's decimal value is the one the double is written as, so that nothing was rounded. */
function saysExactly(token: string, value: number): boolean {
  if (token === String(value)) return true
  return decimalOf(token) === decimalOf(String(value))
}

/** Brings `12.50e3` and `1.25e+4` to one spelling: sign, significant digits, power of ten. */
function decimalOf(token: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = numberParts.exec(token) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return '0'
  const power = Number(exponent) - fraction.length + digits.length - significant.length
  return `${sign}${significant}e${power}`
}

const numberParts = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
