import type * as z from 'zod'
import type { ManifestIssue } from '../errors.ts'

/** Turns the schema's findings into issues that say where, what was expected and what came. */
export function issuesOf(error: z.ZodError, input: unknown): ManifestIssue[] {
  return error.issues.flatMap((issue) => describe(issue, input))
}

type Issue = z.core.$ZodIssue

function describe(issue: Issue, input: unknown): ManifestIssue[] {
  const path = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: path === '' ? key : `${path}.${key}`,
      expected: 'no such field',
      received: `the field ${JSON.stringify(key.slice(0, 80))}`,
      message: `unknown field ${JSON.stringify(key.slice(0, 80))}: remove it or move it under extensions`,
    }))
  }
  const expected = expectationOf(issue)
  const received = show(valueAt(input, issue.path))
  return [{ path, expected, received, message: `expected ${expected}, got ${received}` }]
}

function expectationOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return article(issue.expected)
    case 'invalid_value':
      return issue.values.length === 1
        ? show(issue.values[0])
        : `one of ${issue.values.map(show).join(', ')}`
    case 'too_small':
      return `at least ${issue.minimum} ${unit(issue.origin)}`
    case 'too_big':
      return `at most ${issue.maximum} ${unit(issue.origin)}`
    case 'invalid_format':
      return 'pattern' in issue && issue.pattern !== undefined
        ? `text like ${issue.pattern.slice(0, 300)}`
        : `a ${issue.format}`
    case 'invalid_key':
      return 'another name here'
    default:
      return issue.message.replace(/^expected /, '')
  }
}

function unit(origin: string): string {
  if (origin === 'string') return 'characters'
  return origin === 'array' ? 'entries' : ''
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = input
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.hasOwn(value, key) ? (value as Record<PropertyKey, unknown>)[key] : undefined
  }
  return value
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  const text =
    typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? typeof value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
