/** A value in a JSON text with comments, by its place in the text. */
export interface JsonNode {
  readonly type: 'object' | 'array' | 'scalar'
  /** First character of the value. */
  readonly start: number
  /** Just behind its last character. */
  readonly end: number
  /** Members of an object, in order; empty otherwise. */
  readonly members: readonly JsonMember[]
}

/** One member of an object. */
export interface JsonMember {
  readonly key: string
  /** First character of the key's quote. */
  readonly start: number
  readonly value: JsonNode
}

// Deeper than any configuration; a bound for hostile or broken files.
const deepest = 200

/**
 * Reads where things are in a JSON text, allowing comments and trailing commas as the hosts' own readers do, and keeping
 * nothing of the values. Throws a `SyntaxError` that names the offset.
 */
export function scanJson(text: string): JsonNode {
  let position = text.startsWith('\uFEFF') ? 1 : 0

  const fail = (expected: string): never => {
    throw new SyntaxError(`expected ${expected} at offset ${position}`)
  }
  const skipBlank = (): void => {
    for (;;) {
      const blank = /[ \t\r\n]/.test(text[position] ?? '')
      if (blank) position += 1
      else if (text.startsWith('//', position)) {
        const end = text.indexOf('\n', position)
        position = end < 0 ? text.length : end
      } else if (text.startsWith('/*', position)) {
        const end = text.indexOf('*/', position + 2)
        if (end < 0) fail('the end of a comment')
        position = end + 2
      } else return
    }
  }
  const string = (): string => {
    const start = position
    position += 1
    while (text[position] !== '"') {
      if (position >= text.length || text[position] === '\n') fail('the end of a string')
      position += text[position] === '\\' ? 2 : 1
    }
    position += 1
    const parsed: unknown = JSON.parse(text.slice(start, position))
    return typeof parsed === 'string' ? parsed : fail('a string')
  }
  const scalar = (): JsonNode => {
    const start = position
    if (text[position] === '"') string()
    else {
      const match = /^(?:true|false|null|-?[0-9][0-9.eE+-]*)/.exec(text.slice(start, start + 400))
      if (match === null) fail('a value')
      position += match?.[0].length ?? 0
    }
    return { type: 'scalar', start, end: position, members: [] }
  }
  const container = (depth: number): JsonNode => {
    const start = position
    const type = text[position] === '{' ? 'object' : 'array'
    const closing = type === 'object' ? '}' : ']'
    const members: JsonMember[] = []
    position += 1
    for (;;) {
      skipBlank()
      if (text[position] === closing) break
      const at = position
      let key = ''
      if (type === 'object') {
        if (text[position] !== '"') fail('a key in quotes')
        key = string()
        skipBlank()
        if (text[position] !== ':') fail('a colon')
        position += 1
        skipBlank()
      }
      const value = node(depth + 1)
      if (type === 'object') members.push({ key, start: at, value })
      skipBlank()
      if (text[position] === ',') position += 1
      else if (text[position] !== closing) fail(`a comma or ${closing}`)
    }
    position += 1
    return { type, start, end: position, members }
  }
  const node = (depth: number): JsonNode => {
    if (depth > deepest) fail('fewer levels')
    return text[position] === '{' || text[position] === '[' ? container(depth) : scalar()
  }

  skipBlank()
  const root = node(0)
  skipBlank()
  if (position < text.length) fail('the end of the file')
  return root
}
