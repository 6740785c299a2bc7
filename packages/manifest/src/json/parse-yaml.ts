import { parseDocument, visit } from 'yaml'
import { ManifestError } from '../errors.ts'
import { assertJsonValue } from './assert-json-value.ts'
import type { JsonValue } from './json-value.ts'

/** Limits of YAML reading. */
export interface ParseYamlOptions {
  /** Largest input in UTF-16 units. Default 256 KiB, the limit of a manifest. */
  readonly maxLength?: number
}

/**
 * Reads the part of YAML that says what JSON can: no aliases or anchors, no tags, no merge keys, every key once, strings as
 * keys, nesting up to 64 levels.
 * @throws {ManifestError} `malformed_yaml`, `too_large`, `too_deep`
 */
export function parseYaml(text: string, options: ParseYamlOptions = {}): JsonValue {
  const maxLength = options.maxLength ?? 256 * 1024
  if (text.length > maxLength) {
    throw new ManifestError(
      'too_large',
      `expected at most ${maxLength} characters of YAML, got ${text.length}: shorten the document`,
    )
  }
  const value = readYaml(text)
  assertJsonValue(value)
  return value
}

function readYaml(text: string): unknown {
  refuseDeepFlow(text)
  try {
    const document = parseDocument(text, {
      schema: 'core',
      uniqueKeys: true,
      merge: false,
      stringKeys: true,
      logLevel: 'silent',
    })
    const [problem] = document.errors
    if (problem !== undefined) refuse(problem.message, problem)
    visit(document, {
      Alias: () => refuse('an alias'),
      Node(_key, node) {
        if ('anchor' in node && node.anchor !== undefined) refuse('an anchor')
        if (node.tag !== undefined && !coreTags.has(node.tag)) refuse(`the tag ${node.tag}`)
      },
    })
    return document.toJS({ maxAliasCount: 0 }) as unknown
  } catch (cause) {
    if (cause instanceof ManifestError) throw cause
    if (cause instanceof RangeError) {
      throw new ManifestError(
        'too_deep',
        'expected at most 64 levels of nesting, got far more: flatten the document',
        { cause },
      )
    }
    return refuse(cause instanceof Error ? cause.message : 'an unreadable document', cause)
  }
}

/** Tags the parser itself puts on what it resolved. */
const coreTags: ReadonlySet<string> = new Set(
  ['map', 'seq', 'str', 'int', 'float', 'bool', 'null'].map((name) => `tag:yaml.org,2002:${name}`),
)

/** The composer recurses: brackets far beyond any document's are counted first, without regard to quotes. */
function refuseDeepFlow(text: string): void {
  let open = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === 0x5b || code === 0x7b) open += 1
    else if ((code === 0x5d || code === 0x7d) && open > 0) open -= 1
    if (open > 1000) {
      throw new ManifestError(
        'too_deep',
        'expected at most 64 levels of nesting, got over a thousand open brackets: flatten the document',
      )
    }
  }
}

function refuse(received: string, cause?: unknown): never {
  throw new ManifestError(
    'malformed_yaml',
    `expected YAML without aliases, anchors or tags, got ${received.split('\n', 1)[0]}: correct it there`,
    { cause },
  )
}
