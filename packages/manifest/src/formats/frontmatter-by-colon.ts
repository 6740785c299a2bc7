/**
 * Reads attributes line by line: a word at the start of a line and a colon begin one, everything behind the first colon is
 * its value, deeper lines belong to it. For texts YAML refuses.
 */
export function readFrontmatterByColon(source: string): Record<string, unknown> {
  const attributes = new Map<string, string[]>()
  let current: string[] | undefined
  for (const line of source.split(/\r\n|\n|\r/)) {
    const start = attributeStart.exec(line)
    if (start !== null) {
      const [, key = '', value = ''] = start
      current = attributes.has(key) ? undefined : [value.trim()]
      if (current !== undefined) attributes.set(key, current)
    } else if (foreignStart.test(line)) {
      current = undefined // a name no attribute has: neither it nor what follows belongs to the one before
    } else if (line.trim() !== '') {
      current?.push(line.trim())
    }
  }
  return Object.fromEntries(
    [...attributes]
      .filter(([key]) => key !== '__proto__' && key !== 'constructor')
      .map(([key, lines]) => [key, valueOf(lines)]),
  )
}

const attributeStart = /^([A-Za-z_][A-Za-z0-9_.-]{0,63})[ \t]*:(?:[ \t]+(.*)|$)/

const foreignStart = /^[^\s:-][^\s:]{0,63}[ \t]*:(?:[ \t]|$)/

function valueOf(lines: readonly string[]): unknown {
  const [first = '', ...more] = lines
  if (first === '' && more.length > 0 && more.every((line) => line.startsWith('- '))) {
    return more.map((line) => unquoted(line.slice(2).trim()))
  }
  if (/^[|>][+-]?$/.test(first)) return more.join(first.startsWith('|') ? '\n' : ' ')
  const text = [first, ...more].filter((line) => line !== '').join(' ')
  if (text === 'true' || text === 'false') return text === 'true'
  return unquoted(text)
}

function unquoted(text: string): string {
  const quote = text.charAt(0)
  const isQuoted = (quote === '"' || quote === "'") && text.length > 1 && text.endsWith(quote)
  return isQuoted ? text.slice(1, -1) : text
}
