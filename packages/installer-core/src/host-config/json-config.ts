import { scanJson } from './json-scan.ts'
import type { JsonMember, JsonNode } from './json-scan.ts'

/** Thrown when a configuration cannot be edited; the message says why, its user has to look. */
export class HostConfigError extends Error {
  override readonly name: string = 'HostConfigError'
}

// One blank behind an opening brace marks an object that we made: when our last entry leaves it empty, it goes as well.
// Everything else in the file keeps every byte, so that taking an entry out again gives the file that was there before.
const madeByUs = ' '

/**
 * Adds `key: value` to the object at `path`, making the objects on the way. Comments, order and layout stay.
 * `undefined` is a file that does not exist. Throws {@link HostConfigError} when the key is there already.
 */
export function addJsonMember(
  text: string | undefined,
  path: readonly string[],
  key: string,
  value: unknown,
): string {
  if (text === undefined || text.trim() === '') {
    const root = `{${madeByUs}}`
    return `${text ?? ''}${addJsonMember(root, path, key, value)}${text === undefined ? '\n' : ''}`
  }
  let node = rootOf(text)
  for (const [depth, segment] of path.entries()) {
    const member = memberOf(node, segment)
    if (member === undefined) {
      const made = insertMember(text, node, segment, `{${madeByUs}}`)
      return addJsonMember(made, path, key, value)
    }
    if (member.value.type !== 'object') {
      throw new HostConfigError(
        `expected ${path.slice(0, depth + 1).join('.')} to be an object; it is something else`,
      )
    }
    node = member.value
  }
  if (memberOf(node, key) !== undefined) {
    throw new HostConfigError(`expected no entry ${JSON.stringify(key)}; somebody made one`)
  }
  return insertMember(text, node, key, JSON.stringify(value, null, 2))
}

/**
 * Takes `key` out of the object at `path`, and with it the objects that were made for it. `undefined` comes back when
 * nothing remains of a file that was made for it. A key that is not there changes nothing.
 */
export function removeJsonMember(
  text: string | undefined,
  path: readonly string[],
  key: string,
): string | undefined {
  if (text === undefined || text.trim() === '') return text
  const chain: JsonNode[] = [rootOf(text)]
  for (const segment of path) {
    const member = memberOf(chain.at(-1), segment)
    if (member?.value.type !== 'object') return text
    chain.push(member.value)
  }
  const holder = chain.at(-1)
  const index = holder?.members.findIndex((member) => member.key === key) ?? -1
  if (holder === undefined || index < 0) return text
  const shorter = cutMember(text, holder, index)
  return dropEmpty(shorter, path)
}

/** Whether the object at `path` has the key. */
export function hasJsonMember(text: string, path: readonly string[], key: string): boolean {
  let node: JsonNode | undefined = rootOf(text)
  for (const segment of path) node = memberOf(node, segment)?.value
  return memberOf(node, key) !== undefined
}

function rootOf(text: string): JsonNode {
  try {
    const root = scanJson(text)
    if (root.type === 'object') return root
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new HostConfigError(`expected JSON that can be read; ${reason}`)
  }
  throw new HostConfigError('expected a JSON object')
}

function memberOf(node: JsonNode | undefined, key: string): JsonMember | undefined {
  const found = node?.members.filter((member) => member.key === key) ?? []
  if (found.length > 1) throw new HostConfigError(`expected ${JSON.stringify(key)} once`)
  return found[0]
}

function insertMember(text: string, node: JsonNode, key: string, json: string): string {
  const closing = indentAt(text, node.start)
  const last = node.members.at(-1)
  const indent = last === undefined ? closing + unitOf(text) : indentAt(text, last.start)
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const member = `${JSON.stringify(key)}: ${json.replaceAll('\n', `${newline}${indent}`)}`
  if (last === undefined) {
    const end = node.end - 1
    return `${text.slice(0, end)}${newline}${indent}${member}${newline}${closing}${text.slice(end)}`
  }
  const comma = commaAfter(text, last, node)
  return comma === undefined
    ? `${text.slice(0, last.value.end)},${newline}${indent}${member}${text.slice(last.value.end)}`
    : `${text.slice(0, comma + 1)}${newline}${indent}${member},${text.slice(comma + 1)}`
}

function cutMember(text: string, node: JsonNode, index: number): string {
  const member = node.members[index]
  if (member === undefined) return text
  const next = node.members[index + 1]
  const before = node.members[index - 1]
  const without = (from: number, to: number): string => text.slice(0, from) + text.slice(to)
  const comma = commaAfter(text, member, node)
  if (next !== undefined && comma !== undefined) {
    return isBlank(text.slice(comma + 1, next.start))
      ? without(member.start, next.start)
      : without(member.start, comma + 1)
  }
  if (before !== undefined) {
    const earlier = commaAfter(text, before, node) ?? before.value.end
    const trailing = comma === undefined ? member.value.end : comma + 1
    const from = comma === undefined ? earlier : earlier + 1
    return isBlank(text.slice(earlier + 1, member.start))
      ? without(from, trailing)
      : without(member.start, trailing)
  }
  const end = comma === undefined ? member.value.end : comma + 1
  const lineStart = text.lastIndexOf('\n', member.start)
  const breakAt = text[lineStart - 1] === '\r' ? lineStart - 1 : lineStart
  const ownLine = lineStart > node.start && isBlank(text.slice(lineStart, member.start))
  const rest = text.slice(end, node.end - 1)
  return without(ownLine ? breakAt : member.start, isBlank(rest) ? node.end - 1 : end)
}

/** Removes the objects at the end of `path` that are empty and were made by us. */
function dropEmpty(text: string, path: readonly string[]): string | undefined {
  const chain: JsonNode[] = [rootOf(text)]
  for (const segment of path) {
    const member = memberOf(chain.at(-1), segment)
    if (member === undefined) break
    chain.push(member.value)
  }
  const node = chain.at(-1)
  if (node === undefined || text.slice(node.start, node.end) !== `{${madeByUs}}`) return text
  const holder = chain.at(-2)
  if (holder === undefined) return isBlank(text.slice(node.end)) ? undefined : text
  const index = holder.members.findIndex((member) => member.value === node)
  return dropEmpty(cutMember(text, holder, index), path.slice(0, chain.length - 2))
}

/** Where the comma behind a member is, when there is one. */
function commaAfter(text: string, member: JsonMember, node: JsonNode): number | undefined {
  for (let at = member.value.end; at < node.end; at += 1) {
    if (text[at] === ',') return at
    if (text.startsWith('//', at)) at = endOf(text, '\n', at)
    else if (text.startsWith('/*', at)) at = endOf(text, '*/', at) + 1
    else if (!isBlank(text[at] ?? '')) return undefined
  }
  return undefined
}

function endOf(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from)
  return end < 0 ? text.length : end
}

function indentAt(text: string, position: number): string {
  const line = text.slice(text.lastIndexOf('\n', position - 1) + 1, position)
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}

/** One level of indentation as this file has it: the first indented line's. */
function unitOf(text: string): string {
  return /\n([ \t]+)\S/.exec(text)?.[1] ?? '  '
}

function isBlank(text: string): boolean {
  return /^\s*$/.test(text)
}
