import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...globSync('docs/**/*.md', { cwd: root }).map((path) => path.replaceAll('\\', '/')),
]

describe('the documents', () => {
  it.each(documents)('%s links only to what is there', (document) => {
    const missing = linksOf(document).filter((path) => !existsSync(join(root, path)))
    expect(missing).toEqual([])
  })

  it.each(documents)('%s names only files that are there', (document) => {
    const missing = pathsIn(document).filter((path) => !isThere(path))
    expect(missing).toEqual([])
  })

  it('give every dependency of the catalog a reason', () => {
    const reasons = readDocument('docs/decisions/dependencies.md')
    const unexplained = catalogNames().filter((name) => {
      const [scope] = name.split('/')
      return !reasons.includes(`\`${name}\``) && !reasons.includes(`\`${scope}/*\``)
    })
    expect(unexplained).toEqual([])
  })
})

/** Relative Markdown links, from the repository's root. */
function linksOf(document: string): string[] {
  const links = [...readDocument(document).matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)/g)]
  return links.map(([, target = '']) => join(dirname(document), target))
}

/** Paths in backticks that begin with one of the repository's folders. Placeholders such as NAME are no paths. */
function pathsIn(document: string): string[] {
  const paths = readDocument(document).matchAll(
    /`((?:packages|examples|scripts|test|docs|\.ci)\/[\w./-]+)`/g,
  )
  return [...paths].map(([, path = '']) => path).filter((path) => !path.includes('NAME'))
}

/** A page about one package may name its files from that package's root. */
function isThere(path: string): boolean {
  return ['', ...globSync('packages/*', { cwd: root })].some((base) =>
    existsSync(join(root, base, path)),
  )
}

function catalogNames(): string[] {
  const workspace = readDocument('pnpm-workspace.yaml')
  const catalog = /^catalog:\n((?: {2}.*\n)+)/m.exec(workspace)?.[1] ?? ''
  const names = [...catalog.matchAll(/^ {2}'?([^':]+)'?:/gm)].map(([, name = '']) => name)
  if (names.length === 0) throw new Error('pnpm-workspace.yaml has no catalog that can be read')
  return names
}

function readDocument(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
