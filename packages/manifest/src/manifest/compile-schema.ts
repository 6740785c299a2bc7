import type * as z from 'zod'

/** Answers whether a JSON value fits a schema, without saying what is wrong. */
export type SchemaTest = (value: unknown) => boolean

/**
 * Turns a schema into plain tests that cost a fraction of a full parse. What a test accepts the schema accepts, and the
 * other way round; a test over thousands of documents proves it. Answers `undefined` for a schema with parts this file does
 * not know, which then is always parsed in full.
 */
export function compileSchema(schema: z.ZodType): SchemaTest | undefined {
  try {
    return compile(schema)
  } catch (error) {
    if (error instanceof UnknownPartError) return undefined
    throw error
  }
}

class UnknownPartError extends Error {
  override readonly name: string = 'UnknownPartError'
}

/** The parts of the library's definitions that are read here; they are its public core interface. */
interface Definition {
  type: string
  checks?: readonly { _zod: { def: CheckDefinition } }[]
  check?: string
  format?: string
  pattern?: RegExp
  shape?: Readonly<Record<string, z.ZodType>>
  catchall?: z.ZodType
  values?: readonly unknown[]
  entries?: Readonly<Record<string, unknown>>
  element?: z.ZodType
  innerType?: z.ZodType
  keyType?: z.ZodType
  valueType?: z.ZodType
  options?: readonly z.ZodType[]
  getter?: () => z.ZodType
}

interface CheckDefinition {
  check: string
  format?: string
  pattern?: RegExp
  minimum?: number
  maximum?: number
  value?: number
  inclusive?: boolean
  fn?: (value: unknown) => unknown
}

const lazyTests = new WeakMap<z.ZodType, SchemaTest>()

function compile(schema: z.ZodType): SchemaTest {
  const definition = schema._zod.def as unknown as Definition
  const base = compileType(schema, definition)
  const checks = (definition.checks ?? []).map(({ _zod }) => compileCheck(_zod.def))
  if (checks.length === 0) return base
  return (value) => {
    if (!base(value)) return false
    for (const check of checks) if (!check(value)) return false
    return true
  }
}

function compileType(schema: z.ZodType, definition: Definition): SchemaTest {
  switch (definition.type) {
    case 'string':
      if (definition.format !== undefined) break
      return (value) => typeof value === 'string'
    case 'number':
      return compileNumber(definition)
    case 'boolean':
      return (value) => typeof value === 'boolean'
    case 'null':
      return (value) => value === null
    case 'literal':
      return oneOf(definition.values ?? [])
    case 'enum':
      return oneOf(Object.values(definition.entries ?? {}))
    case 'object':
      return compileObject(definition)
    case 'array':
      return compileArray(part(definition.element))
    case 'record':
      return compileRecord(part(definition.keyType), part(definition.valueType))
    case 'union':
      return compileUnion(definition.options ?? [])
    case 'lazy':
      return compileLazy(schema, definition)
    default:
      break
  }
  throw new UnknownPartError(definition.type)
}

function part(schema: z.ZodType | undefined): z.ZodType {
  if (schema === undefined) throw new UnknownPartError('missing part')
  return schema
}

function compileNumber(definition: Definition): SchemaTest {
  if (definition.format === undefined)
    return (value) => typeof value === 'number' && Number.isFinite(value)
  if (definition.format === 'safeint') return (value) => Number.isSafeInteger(value)
  throw new UnknownPartError(definition.format)
}

function oneOf(values: readonly unknown[]): SchemaTest {
  if (values.length === 1) {
    const [only] = values
    return (value) => value === only
  }
  return (value) => values.includes(value)
}

/** Closed objects only: every member is known, every required one there. */
function compileObject({ shape = {}, catchall }: Definition): SchemaTest {
  if (catchall?._zod.def.type !== 'never') throw new UnknownPartError('open object')
  const tests = new Map<string, SchemaTest>()
  const required: string[] = []
  for (const [key, member] of Object.entries(shape)) {
    const definition = member._zod.def as unknown as Definition
    const isOptional = definition.type === 'optional'
    tests.set(key, compile(isOptional ? part(definition.innerType) : member))
    if (!isOptional) required.push(key)
  }
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    const record = value as Readonly<Record<string, unknown>>
    for (const key of Object.keys(record)) {
      const test = tests.get(key)
      if (test === undefined || !test(record[key])) return false
    }
    for (const key of required) if (!Object.hasOwn(record, key)) return false
    return true
  }
}

function compileArray(element: z.ZodType): SchemaTest {
  const test = compile(element)
  return (value) => {
    if (!Array.isArray(value)) return false
    for (const entry of value) if (!test(entry)) return false
    return true
  }
}

function compileRecord(keyType: z.ZodType, valueType: z.ZodType): SchemaTest {
  const testKey = compile(keyType)
  const testValue = compile(valueType)
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    const record = value as Readonly<Record<string, unknown>>
    for (const key of Object.keys(record))
      if (!testKey(key) || !testValue(record[key])) return false
    return true
  }
}

function compileUnion(options: readonly z.ZodType[]): SchemaTest {
  const tests = options.map(compile)
  return (value) => tests.some((test) => test(value))
}

/** Schemas that contain themselves: the test is made when first needed. */
function compileLazy(schema: z.ZodType, definition: Definition): SchemaTest {
  return (value) => {
    let test = lazyTests.get(schema)
    if (test === undefined) {
      test = compile(part(definition.getter?.()))
      lazyTests.set(schema, test)
    }
    return test(value)
  }
}

function compileCheck(check: CheckDefinition): SchemaTest {
  switch (check.check) {
    case 'string_format':
      if (
        check.format !== 'regex' ||
        check.pattern === undefined ||
        check.pattern.flags.includes('g')
      )
        break
      return patternTest(check.pattern)
    case 'min_length':
      return lengthTest((length) => length >= (check.minimum ?? 0))
    case 'max_length':
      return lengthTest((length) => length <= (check.maximum ?? 0))
    case 'greater_than':
      return boundTest(check, (value, bound) => value > bound)
    case 'less_than':
      return boundTest(check, (value, bound) => value < bound)
    case 'custom':
      if (check.fn === undefined) break
      return customTest(check.fn)
    default:
      break
  }
  throw new UnknownPartError(`${check.check} ${check.format ?? ''}`)
}

function patternTest(pattern: RegExp): SchemaTest {
  return (value) => pattern.test(value as string) // a string, as the type's own test found
}

function lengthTest(fits: (length: number) => boolean): SchemaTest {
  return (value) => fits((value as { length: number }).length) // a string or list, as found before
}

function boundTest(
  { value: bound = 0, inclusive = false }: CheckDefinition,
  fits: (value: number, bound: number) => boolean,
): SchemaTest {
  return (value) => fits(value as number, bound) || (inclusive && value === bound) // a number, as found before
}

function customTest(fn: (value: unknown) => unknown): SchemaTest {
  return (value) => Boolean(fn(value))
}
