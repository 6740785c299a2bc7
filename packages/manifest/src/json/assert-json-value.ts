import { ManifestError } from '../errors.ts'
import type { JsonValue } from './json-value.ts'
import { isForbiddenKey } from './parse-json.ts'

/**
 * Refuses a value that JSON cannot say or that strict reading would not have made: instances of classes, `undefined`,
 * non-finite numbers, lone surrogates, the keys `__proto__` and `constructor`, and nesting beyond 64 levels.
 * @throws {ManifestError} `not_json_value`, `too_deep`
 */
export function assertJsonValue(value: unknown): asserts value is JsonValue {
  check(value, 1)
}

/** The same limit as of reading and writing. */
const maxDepth = 64
const loneSurrogate = /\p{Surrogate}/u

function check(value: unknown, depth: number): void {
  switch (typeof value) {
    case 'string':
      if (loneSurrogate.test(value)) refuse('a lone surrogate')
      return
    case 'number':
      if (!Number.isFinite(value)) refuse(`the number ${value}`)
      return
    case 'boolean':
      return
    case 'object':
      if (value !== null) checkObject(value, depth)
      return
    default:
      refuse(`a value of type ${typeof value}`)
  }
}

function checkObject(value: object, depth: number): void {
  if (depth > maxDepth) {
    throw new ManifestError(
      'too_deep',
      `expected at most ${maxDepth} levels of nesting, got more (or a cycle): flatten the value`,
    )
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) check(value[index], depth + 1)
    return
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) refuse('an instance of a class')
  for (const [key, member] of Object.entries(value)) {
    if (isForbiddenKey(key)) refuse(`the key ${key}`)
    if (loneSurrogate.test(key)) refuse('a lone surrogate in a key')
    check(member, depth + 1)
  }
}

function refuse(received: string): never {
  throw new ManifestError(
    'not_json_value',
    `expected what JSON can say, got ${received}: leave it out or convert it first`,
  )
}
