import { HostConfigError } from './json-config.ts'

/** What a TOML entry may hold: what MCP servers are made of. */
export type TomlValue = string | readonly string[] | Readonly<Record<string, string>>

/**
 * Adds the table `path.key` at the end of a TOML file, between two comments that name its owner, so that taking it out
 * again leaves every other byte as it is. Throws {@link HostConfigError} when the table is there already.
 */
export function addTomlTable(
  text: string | undefined,
  path: readonly string[],
  key: string,
  table: Readonly<Record<string, TomlValue>>,
): string {
  const before = text ?? ''
  if (hasTomlTable(before, path, key)) {
    throw new HostConfigError(`expected no table ${tableName([...path, key])}; somebody made one`)
  }
  const joined = before === '' || before.endsWith('\n')
  const lines = [
    `# >>> mothership ${key}${joined ? '' : ' (joined)'}`,
    `[${tableName([...path, key])}]`,
    ...pairs(table),
    ...Object.entries(table).flatMap(([name, value]) =>
      isTable(value) ? [`[${tableName([...path, key, name])}]`, ...pairs(value)] : [],
    ),
    `# <<< mothership ${key}`,
  ]
  return `${before}${joined ? '' : '\n'}${lines.join('\n')}\n`
}

/** Takes out what `addTomlTable` added; `undefined` when the file holds nothing else. */
export function removeTomlTable(text: string | undefined, key: string): string | undefined {
  if (text === undefined) return undefined
  const name = key.replaceAll(/[^A-Za-z0-9_-]/g, String.raw`\$&`)
  const block = new RegExp(
    String.raw`(?<joined>\n?)# >>> mothership ${name}(?<mark> \(joined\))?\r?\n[\s\S]*?# <<< mothership ${name}(?:\r?\n|$)`,
  )
  const match = block.exec(text)
  if (match === null) return text
  const keep = match.groups?.['mark'] === undefined ? (match.groups?.['joined'] ?? '') : ''
  const rest = text.slice(0, match.index) + keep + text.slice(match.index + match[0].length)
  return rest === '' ? undefined : rest
}

/** Whether the table is there, ours or not; looks at headers and dotted keys at the start of lines. */
export function hasTomlTable(text: string, path: readonly string[], key: string): boolean {
  const full = [...path, key]
  return text.split('\n').some((line) => sameKey(/^\s*\[\s*([^\]]+?)\s*\]/.exec(line)?.[1], full))
}

function sameKey(header: string | undefined, full: readonly string[]): boolean {
  if (header === undefined) return false
  const parts = header.match(/"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+/g) ?? []
  const plain = parts.map((part) => (/^["']/.test(part) ? part.slice(1, -1) : part))
  return plain.length === full.length && plain.every((part, index) => part === full[index])
}

function pairs(table: Readonly<Record<string, TomlValue>>): readonly string[] {
  return Object.entries(table).flatMap(([name, value]) => {
    if (isTable(value)) return []
    const text = typeof value === 'string' ? quoted(value) : `[${value.map(quoted).join(', ')}]`
    return [`${keyName(name)} = ${text}`]
  })
}

function isTable(value: TomlValue): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && !Array.isArray(value)
}

function tableName(path: readonly string[]): string {
  return path.map(keyName).join('.')
}

function keyName(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key)
}

/** A TOML basic string: JSON's escapes are TOML's, except that DEL has to be escaped as well. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('\u007F', String.raw`\u007F`)
}
