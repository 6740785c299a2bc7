/** Answers whether a path below the folder of an ignore file is ignored by it; `undefined` where no line speaks of it. */
export type IgnoreRules = (path: string, isDirectory: boolean) => boolean | undefined

/**
 * Reads the lines of a `.gitignore` or `.skillignore`: globs with `*`, `**`, `?` and classes, `/` at the start or inside
 * anchors, `/` at the end means folders only, `!` takes back, the last line that fits decides.
 */
export function readIgnoreRules(text: string): IgnoreRules {
  const lines = text.split(/\r?\n/).flatMap((line) => readLine(line) ?? [])
  return (path, isDirectory) => {
    for (let index = lines.length - 1; index >= 0; index -= 1) {
      const line = lines[index]
      if (line !== undefined && (isDirectory || !line.directoryOnly) && line.fits(path)) {
        return line.ignores
      }
    }
    return undefined
  }
}

interface IgnoreLine {
  fits: (path: string) => boolean
  directoryOnly: boolean
  ignores: boolean
}

function readLine(line: string): IgnoreLine | undefined {
  const trimmed = line.replace(/(?<!\\) +$/, '')
  if (trimmed === '' || trimmed.startsWith('#') || trimmed.length > 1024) return undefined
  const ignores = !trimmed.startsWith('!')
  const glob = ignores ? trimmed : trimmed.slice(1)
  const directoryOnly = glob.endsWith('/')
  const body = directoryOnly ? glob.slice(0, -1) : glob
  const segments = body.replace(/^\//, '').split('/')
  // Without a slash a line speaks of names at any depth.
  const anchored = body.includes('/') ? segments : ['**', ...segments]
  const pattern = anchored.map((segment) => (segment === '**' ? '**' : readSegment(segment)))
  return { fits: (path) => fitsPath(pattern, path.split('/')), directoryOnly, ignores }
}

/** One character of a segment's pattern: any run, any one, or one the test accepts. */
type Token = 'run' | 'one' | ((character: string) => boolean)

function readSegment(segment: string): Token[] {
  const tokens: Token[] = []
  for (let index = 0; index < segment.length; index += 1) {
    const character = segment.charAt(index)
    const end = character === '[' ? segment.indexOf(']', index + 2) : -1
    if (character === '*') {
      if (tokens.at(-1) !== 'run') tokens.push('run')
    } else if (character === '?') tokens.push('one')
    else if (end > 0) {
      tokens.push(readClass(segment.slice(index + 1, end)))
      index = end
    } else {
      const isEscaped = character === '\\' && index + 1 < segment.length
      if (isEscaped) index += 1
      const literal = segment.charAt(index)
      tokens.push((other) => other === literal)
    }
  }
  return tokens
}

function readClass(body: string): Token {
  const isNegated = body.startsWith('!') || body.startsWith('^')
  const text = isNegated ? body.slice(1) : body
  const ranges: [string, string][] = []
  for (let index = 0; index < text.length; index += 1) {
    const isRange = text.charAt(index + 1) === '-' && index + 2 < text.length
    ranges.push([text.charAt(index), text.charAt(isRange ? index + 2 : index)])
    if (isRange) index += 2
  }
  return (character) =>
    ranges.some(([from, to]) => character >= from && character <= to) !== isNegated
}

/** `**` stands for any number of folders. Only the last one seen is tried again, so the cost is a product, never a power. */
function fitsPath(pattern: readonly (Token[] | '**')[], path: readonly string[]): boolean {
  return fitsRuns(
    pattern,
    path,
    (part) => part === '**',
    (part, segment) => part !== '**' && fitsSegment(part, segment),
  )
}

function fitsSegment(tokens: readonly Token[], segment: string): boolean {
  return fitsRuns(
    tokens,
    segment.split(''),
    (token) => token === 'run',
    (token, character) => token === 'one' || (typeof token === 'function' && token(character)),
  )
}

function fitsRuns<Part>(
  pattern: readonly Part[],
  items: readonly string[],
  isRun: (part: Part) => boolean,
  fits: (part: Part, item: string) => boolean,
): boolean {
  let at = 0
  let run = -1
  let runStart = 0
  let index = 0
  while (index < items.length) {
    const part = pattern[at]
    if (part !== undefined && isRun(part)) {
      run = at
      runStart = index
      at += 1
    } else if (part !== undefined && fits(part, items[index] ?? '')) {
      at += 1
      index += 1
    } else if (run >= 0) {
      runStart += 1
      index = runStart
      at = run + 1
    } else return false
  }
  while (at < pattern.length && isRun(pattern[at] as Part)) at += 1
  return at === pattern.length
}
