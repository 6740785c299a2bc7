import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const documents = ['README.md', ...globSync('{packages/*/README.md,docs/**/*.md}', { cwd: root })]

describe('examples in the documents', () => {
  const blocks = documents.flatMap(quotedBlocks)

  it('shows one for each kind of user', () => {
    const shown = blocks.filter(({ document }) => document === 'README.md').map(({ file }) => file)
    expect(shown).toEqual([
      expect.stringMatching(/^examples\/host-app\/src\//),
      expect.stringMatching(/^examples\/satellite-backend\/src\//),
      expect.stringMatching(/^examples\/agent-runtime\/src\//),
      expect.stringMatching(/^examples\/integrator\/src\//),
      expect.stringMatching(/^examples\/publisher\/src\//),
    ])
  })

  it.each(blocks)('$document quotes $file word for word', ({ file, code }) => {
    expect(code).toBe(readRegion(file))
  })

  it('quotes all TypeScript of the README from files that run', () => {
    const all = [...readDocument('README.md').matchAll(/^```ts$/gm)].length
    expect(quotedBlocks('README.md')).toHaveLength(all)
  })
})

/** A quoted block is a `ts` fence right below a comment that names its file. */
function quotedBlocks(document: string): { document: string; file: string; code: string }[] {
  const pattern = /^<!-- (examples\/\S+\.ts) -->\n```ts\n([\s\S]*?)^```$/gm
  return [...readDocument(document).matchAll(pattern)].map(([, file = '', code = '']) => ({
    document,
    file,
    code,
  }))
}

function readDocument(document: string): string {
  return readFileSync(join(root, document), 'utf8')
}

function readRegion(file: string): string {
  const source = readFileSync(join(root, file), 'utf8')
  const region = /^\/\/ #region readme\n([\s\S]*?)^\/\/ #endregion$/m.exec(source)
  if (!region?.[1]) throw new Error(`${file} has no region named readme`)
  return region[1]
}
