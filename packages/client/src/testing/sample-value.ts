import * as z from 'zod'

/** Texts that the contract's patterns are made for; the first that fits is taken. */
const texts = [
  'sample',
  'acme.sample',
  '1.0.0',
  '2026-01-31T12:00:00Z',
  'https://mothership.example/sample',
  'usd',
  'ada@mothership.example',
  'ab'.repeat(32),
  'k'.repeat(43),
  's'.repeat(86),
  'a'.repeat(20),
]

/** A value that a schema accepts: of every list one entry, of every text the shortest that is known to fit. */
export function sampleOf<Value>(schema: z.ZodType<Value>): Value {
  const value = fill(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }))
  return schema.parse(value)
}

interface Node {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Node[]
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly items?: Node
  readonly minItems?: number
  readonly minimum?: number
  readonly minLength?: number
  readonly pattern?: string
  readonly format?: string
}

function fill(given: unknown): unknown {
  const node = given as Node // JSON Schema, as zod writes it
  if (node.const !== undefined) return node.const
  if (node.enum !== undefined) return node.enum[0]
  if (node.anyOf !== undefined) {
    return fill(node.anyOf.find(({ type }) => type !== 'null') ?? node.anyOf[0])
  }
  switch (node.type) {
    case 'object':
      return Object.fromEntries(
        (node.required ?? []).map((name) => [name, fill(node.properties?.[name] ?? {})]),
      )
    case 'array':
      return Array.from({ length: Math.max(1, node.minItems ?? 0) }, () => fill(node.items ?? {}))
    case 'integer':
    case 'number':
      return Math.max(1, node.minimum ?? 1)
    case 'boolean':
      return true
    case 'null':
      return null
    case 'string':
      return textFor(node)
    default:
      return {}
  }
}

/** For a pattern that is one class of characters, so many times: a character of it, repeated. */
function repeatedFor(pattern = ''): string[] {
  const times = /\]\{(\d+)(?:,\d*)?\}\$$/.exec(pattern)?.[1]
  return times === undefined ? [] : ['a', 'A', '0'].map((letter) => letter.repeat(Number(times)))
}

function textFor({ pattern, minLength = 0, format }: Node): string {
  if (format === 'date-time') return '2026-01-31T12:00:00Z'
  const fits = (text: string) =>
    text.length >= minLength && (pattern === undefined || new RegExp(pattern, 'u').test(text))
  const text = texts.find(fits) ?? repeatedFor(pattern).find(fits)
  if (text !== undefined) return text
  throw new TypeError(`No sample text fits the pattern ${pattern}: add one to sample-value.ts.`)
}
