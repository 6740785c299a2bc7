import {
  type AnyOperation,
  type FilePart,
  type JsonPart,
  operationList,
  problemDocumentSchema,
  problems,
} from '@mothership/client/contract'
import { z } from 'zod'
import type { ServerIdentity } from '../ports/deps.ts'

type Json = Record<string, unknown>

/** The OpenAPI 3.1 document, made of the contract's operations: there is no second description. */
export function openApiDocument(identity: ServerIdentity): Json {
  const paths: Record<string, Json> = {}
  for (const operation of operationList) {
    const path = (paths[operation.path] ??= {})
    path[operation.method.toLowerCase()] = describeOperation(operation)
  }
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Mothership',
      version: identity.version,
      summary: 'A marketplace of agent skills, plugins and their kin',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(operationList.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: schemaOf(problemDocumentSchema, 'output') },
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        apiToken: { type: 'apiKey', in: 'header', name: 'X-API-Token' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
  }
}

function describeOperation(operation: AnyOperation): Json {
  return {
    operationId: operation.id,
    tags: [tagOf(operation)],
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    parameters: [
      ...parametersOf(operation.params, 'path'),
      ...parametersOf(operation.query, 'query'),
      ...parametersOf(operation.headers, 'header'),
    ],
    ...(operation.body === undefined ? {} : { requestBody: describeBody(operation.body) }),
    responses: { ...describeAnswers(operation), ...describeProblems(operation) },
    security: securityOf(operation),
  }
}

function tagOf(operation: AnyOperation): string {
  return operation.id.split('.')[0] ?? operation.id
}

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query' | 'header'): Json[] {
  if (schema === undefined) return []
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }))
}

function describeBody(body: NonNullable<AnyOperation['body']>): Json {
  if (body.type === 'json') {
    return {
      required: true,
      content: { 'application/json': { schema: schemaOf(body.schema, 'input') } },
    }
  }
  const parts = Object.entries(body.parts as Record<string, PartOf>)
  const properties = parts.map(([name, part]) => [
    name,
    part.type === 'json'
      ? { contentMediaType: 'application/json', description: `At most ${part.maxBytes} bytes` }
      : {
          type: 'string',
          contentMediaType: 'application/octet-stream',
          description: `At most ${part.maxBytes} bytes`,
        },
  ])
  const encoding = parts.map(([name, part]) => [
    name,
    { contentType: part.type === 'json' ? 'application/json' : part.contentTypes.join(', ') },
  ])
  return {
    required: true,
    content: {
      'multipart/form-data': {
        schema: {
          type: 'object',
          properties: Object.fromEntries(properties),
          required: parts.map(([name]) => name),
        },
        encoding: Object.fromEntries(encoding),
      },
    },
  }
}

type PartOf = JsonPart | FilePart

function describeAnswers(operation: AnyOperation): Json {
  const answers = Object.entries(operation.answers).map(([status, answer]) => [
    status,
    {
      description: answer.description,
      content:
        answer.type === 'json'
          ? { 'application/json': { schema: schemaOf(answer.schema, 'output') } }
          : { [answer.contentType]: {} },
    },
  ])
  return Object.fromEntries(answers)
}

/** One entry a status; the codes behind it are listed, since they are what a program goes by. */
function describeProblems(operation: AnyOperation): Json {
  const byStatus = new Map<number, string[]>()
  for (const code of operation.errors) {
    const { status, title } = problems[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), `\`${code}\`: ${title}`])
  }
  const answers = [...byStatus].map(([status, codes]) => [
    String(status),
    {
      description: codes.join('\n\n'),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  ])
  return Object.fromEntries(answers)
}

function securityOf(operation: AnyOperation): Json[] {
  const needs: Json[] = operation.auth.flatMap((role) => {
    if (role === 'public') return [{}]
    if (role === 'satellite') return [{ apiToken: [] }]
    return [{ apiKey: [] }, { bearer: [] }]
  })
  const seen = new Set<string>()
  return needs.filter((need) => {
    const name = JSON.stringify(need)
    return seen.has(name) ? false : seen.add(name)
  })
}

/** Checks in code (a refinement, a preprocessing step) cannot be written as JSON Schema: their place stays open. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}
