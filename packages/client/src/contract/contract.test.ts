import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  categoryListSchema,
  isProblemCode,
  itemListQuerySchema,
  itemVersionParamsSchema,
  operationList,
  operations,
  problems,
  publisherCreationSchema,
  readQuery,
  releaseSchema,
  usageReportSchema,
  writeQuery,
} from './index.ts'
import { release } from '../../test/samples.ts'

const event = {
  kind: 'skill',
  slug: 'tools.sorter',
  version: '1.0.0',
  executions: 2,
  successes: 1,
  failures: 1,
}

describe('operations', () => {
  it('are registered under their own id, each method and path once', () => {
    expect(Object.keys(operations)).toEqual(operationList.map(({ id }) => id))
    const routes = operationList.map(({ method, path }) => `${method} ${path}`)
    expect(new Set(routes).size).toBe(routes.length)
  })

  it.each(operationList.map((operation) => [operation.id, operation] as const))(
    '%s has a schema for exactly the parameters of its path',
    (_, { path, params }) => {
      const named = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name)
      const declared =
        params === undefined ? {} : z.toJSONSchema(params, { io: 'input' }).properties
      expect(Object.keys(declared ?? {})).toEqual(named)
    },
  )

  it.each(operationList.map((operation) => [operation.id, operation] as const))(
    '%s can be written as JSON Schema, refuses unknown input and bounds every text and list',
    (_, { body, params, query, answers }) => {
      const inputs = [params, query, body?.type === 'json' ? body.schema : undefined]
      for (const schema of inputs.filter((one) => one !== undefined)) {
        const json = z.toJSONSchema(schema, { io: 'input' })
        expect(json.additionalProperties).toBe(false)
        expect(unbounded(json)).toEqual([])
      }
      for (const answer of Object.values(answers)) {
        if (answer.type === 'json') expect(unbounded(z.toJSONSchema(answer.schema))).toEqual([])
      }
    },
  )

  it.each(operationList.map((operation) => [operation.id, operation] as const))(
    '%s names problem codes of the list, the common ones included',
    (_, { errors }) => {
      expect(errors.every(isProblemCode)).toBe(true)
      expect(errors).toContain('internal')
    },
  )

  it('keeps every problem status among the errors', () => {
    expect(Object.values(problems).every(({ status }) => status >= 400 && status < 600)).toBe(true)
  })
})

describe('queries', () => {
  it('fill in defaults and read numbers from text', () => {
    expect(itemListQuerySchema.parse(readQuery(new URLSearchParams('')))).toEqual({
      sort: 'popular',
      page: 1,
      limit: 20,
    })
    const search = new URLSearchParams('search=a%20b&page=3&limit=100&sort=name')
    expect(itemListQuerySchema.parse(readQuery(search))).toEqual({
      search: 'a b',
      sort: 'name',
      page: 3,
      limit: 100,
    })
  })

  it.each(['tags=a&tags=b', 'tags=a,b', 'tags[]=a&tags[]=b'])('read %s as two tags', (text) => {
    const query = itemListQuerySchema.parse(readQuery(new URLSearchParams(text)))
    expect(query.tags).toEqual(['a', 'b'])
  })

  it.each([
    'page=0',
    'page=1e2',
    'page=',
    'page=1&page=2',
    'page=10001',
    'limit=101',
    'limit=-1',
    'limit=0x10',
    'sort=random',
    'role=admin',
    `search=${'x'.repeat(201)}`,
    '__proto__=x',
  ])('refuse %s', (text) => {
    const query = readQuery(new URLSearchParams(text))
    expect(itemListQuerySchema.safeParse(query).success).toBe(false)
  })

  it('are read back as they were written', () => {
    const query = { search: 'ä&b', tags: ['x', 'y'], sort: 'newest', page: 2, limit: 5 } as const
    expect(itemListQuerySchema.parse(readQuery(writeQuery(query)))).toEqual(query)
  })
})

describe('schemas', () => {
  it.each([
    { category: 'skills', slug: '../etc', version: '1.0.0' },
    { category: 'skills', slug: 'a/b', version: '1.0.0' },
    { category: '..', slug: 'a.b', version: '1.0.0' },
    { category: 'skills', slug: 'a.b', version: '1.0' },
    { category: 'skills', slug: `a.${'b'.repeat(127)}`, version: '1.0.0' },
  ])('refuse the path of $category $slug $version', (params) => {
    expect(itemVersionParamsSchema.safeParse(params).success).toBe(false)
  })

  it('refuse fields a publisher may not set', () => {
    const creation = { author_id: 'ada', display_name: 'Ada', namespaces: ['tools'] }
    expect(publisherCreationSchema.safeParse(creation).success).toBe(true)
    expect(publisherCreationSchema.safeParse({ ...creation, role: 'operator' }).success).toBe(false)
  })

  it('refuse usage that does not add up', () => {
    const report = { instance_id: 'i-1', window_id: 'w-1' }
    expect(usageReportSchema.safeParse({ ...report, events: [event] }).success).toBe(true)
    const impossible = { ...event, successes: 2 }
    expect(usageReportSchema.safeParse({ ...report, events: [impossible] }).success).toBe(false)
  })

  it('keep a manifest as it was received and drop unknown fields around it', () => {
    const parsed = releaseSchema.parse({ ...release, of_tomorrow: 1 })
    expect(parsed.manifest).toBe(release.manifest)
    expect(parsed).not.toHaveProperty('of_tomorrow')
  })

  it('accept categories of kinds that are added later', () => {
    const category = { id: 'robots', kind: 'robot', name: 'Robots', description: '', icon: '' }
    expect(
      categoryListSchema.safeParse({ categories: [{ ...category, item_count: 0 }] }).success,
    ).toBe(true)
  })
})

/** Paths of texts and lists that a JSON Schema leaves without a bound. */
function unbounded(schema: unknown, path = '$'): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const node = new Map<string, unknown>(Object.entries(schema))
  const open =
    (node.get('type') === 'array' && !node.has('maxItems')) ||
    (node.get('type') === 'string' &&
      !['maxLength', 'enum', 'const', 'format'].some((name) => node.has(name)) &&
      !String(node.get('pattern')).includes('{')) // a pattern bounds when it counts
  return [
    ...(open ? [path] : []),
    ...Object.entries(schema).flatMap(([name, value]) => unbounded(value, `${path}.${name}`)),
  ]
}
