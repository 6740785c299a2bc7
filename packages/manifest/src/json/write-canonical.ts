import { ManifestError } from '../errors.ts'

/**
 * Writes the canonical form member by member, for values whose order of members the built-in writer cannot keep and for
 * texts with surrogates. The value's types and depth were checked before.
 * @throws {ManifestError} `not_json_value` for a lone surrogate
 */
export function writeCanonical(value: unknown): string {
  if (typeof value === 'string') return writeText(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((entry) => writeCanonical(entry)).join(',')}]`
  const record = value as Readonly<Record<string, unknown>> // a plain object, checked before
  const members = Object.keys(record)
    .sort()
    .map((key) => `${writeText(key)}:${writeCanonical(record[key])}`)
  return `{${members.join(',')}}`
}

const loneSurrogate = /\p{Surrogate}/u

function writeText(text: string): string {
  if (!loneSurrogate.test(text)) return JSON.stringify(text)
  throw new ManifestError(
    'not_json_value',
    'expected what JSON can say, got a lone surrogate in a text: leave it out or convert it first',
  )
}
