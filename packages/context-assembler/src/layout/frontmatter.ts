import { ContextError } from '../errors.ts'

/** The head of a SKILL.md, and what follows it. */
export interface SplitDocument {
  readonly name: string | undefined
  readonly description: string | undefined
  readonly body: string
}

/** A head above this is no head: real ones are under 4 KiB, the largest seen in public skills about 20 KiB. */
const maxHeadCharacters = 65_536

/**
 * Parts a document from its YAML head and reads `name` and `description`, nothing else: plain, quoted or block values,
 * no aliases, no tags, no merges, so that nothing can grow.
 *
 * @throws ContextError `frontmatter_refused` where the head is over 64 KiB or uses anchors, aliases or merge keys.
 */
export function splitFrontmatter(text: string): SplitDocument {
  const opening = /^\uFEFF?---[ \t]*\r?\n/.exec(text)?.[0]
  if (opening === undefined) return { name: undefined, description: undefined, body: text }
  const closing = /^---[ \t]*$/m.exec(
    text.slice(opening.length, opening.length + maxHeadCharacters),
  )
  if (!closing) {
    if (text.length > maxHeadCharacters) {
      throw new ContextError(
        'frontmatter_refused',
        `expected the YAML head to close within ${maxHeadCharacters} characters; shorten it or close it with ---`,
      )
    }
    return { name: undefined, description: undefined, body: text }
  }
  const head = text.slice(opening.length, opening.length + closing.index)
  if (/^[ \t]*(?:[\w-]+:[ \t]*|-[ \t]+)[&*][\w-]+|^[ \t]*<<[ \t]*:/m.test(head)) {
    throw new ContextError(
      'frontmatter_refused',
      'expected a YAML head without anchors, aliases and merge keys; write the values out',
    )
  }
  const body = text.slice(opening.length + closing.index + closing[0].length)
  return {
    name: valueOf(head, 'name'),
    description: valueOf(head, 'description'),
    body: body.replace(/^(?:[ \t]*\r?\n)+/, ''),
  }
}

function valueOf(head: string, key: string): string | undefined {
  const lines = head.split(/\r?\n/)
  const at = lines.findIndex((line) => line.startsWith(`${key}:`))
  if (at < 0) return undefined
  const first = lines[at]!.slice(key.length + 1).trim()
  const rest: string[] = []
  for (const line of lines.slice(at + 1)) {
    if (line.trim() !== '' && !/^[ \t]/.test(line)) break
    rest.push(line.trim())
  }
  const isBlock = /^[|>][+-]?\d?$/.test(first)
  const value = [isBlock ? '' : first, ...rest].join(' ').replaceAll(/\s+/g, ' ').trim()
  return unquoted(value) || undefined
}

function unquoted(value: string): string {
  const quote = value[0]
  if ((quote !== '"' && quote !== "'") || value.length < 2 || !value.endsWith(quote)) return value
  const inner = value.slice(1, -1)
  return quote === "'" ? inner.replaceAll("''", "'") : inner.replaceAll(/\\(["\\/])/g, '$1')
}
