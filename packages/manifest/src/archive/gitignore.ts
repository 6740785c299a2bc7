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
      if (line !== undefined && (isDirectory || !line.directoryOnly) && line.pattern.test(path)) {
        return line.ignores
      }
    }
    return undefined
  }
}

interface IgnoreLine {
  pattern: RegExp
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
  const anchored = body.includes('/')
  const source = patternOf(body.replace(/^\//, ''))
  return {
    pattern: new RegExp(`^${anchored ? '' : '(?:.*/)?'}${source}$`, 'u'),
    directoryOnly,
    ignores,
  }
}

function patternOf(glob: string): string {
  return glob
    .split('/')
    .map((segment, index, all) => {
      if (segment !== '**') return `${segmentPattern(segment)}${index < all.length - 1 ? '/' : ''}`
      return index < all.length - 1 ? '(?:.*/)?' : '.*'
    })
    .join('')
}

function segmentPattern(segment: string): string {
  let source = ''
  for (let index = 0; index < segment.length; index += 1) {
    const character = segment.charAt(index)
    if (character === '*') {
      if (!source.endsWith('[^/]*')) source += '[^/]*' // two stars in a segment are one: no doubled backtracking
    } else if (character === '?') source += '[^/]'
    else if (character === '[' && segment.indexOf(']', index + 2) > 0) {
      const end = segment.indexOf(']', index + 2)
      const body = segment.slice(index + 1, end)
      const negated = body.startsWith('!') || body.startsWith('^')
      source += `[${negated ? '^/' : ''}${(negated ? body.slice(1) : body).replaceAll(/[[\]\\&~|^]/g, '\\$&')}]`
      index = end
    } else if (character === '\\' && index + 1 < segment.length) {
      index += 1
      source += escaped(segment.charAt(index))
    } else source += escaped(character)
  }
  return source
}

function escaped(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character
}
