import { parse as parseWithLibrary } from 'yaml'
import { describe, expect, it } from 'vitest'
import { readArchive } from '../src/archive/index.ts'
import { isMarkdownPart, isSkillFile } from '../src/formats/claude-parts.ts'
import { textOf } from '../src/formats/foreign-json.ts'
import { readPlainFrontmatter } from '../src/formats/plain-frontmatter.ts'
import {
  type FileMap,
  type FormatProblem,
  formats,
  type ManifestDraft,
  parseFrontmatter,
  parseManifestDraft,
} from '../src/index.ts'
import { listShared, missingShared, readSharedJson, sharedPath } from './shared-data.ts'

const missing = missingShared('data/marketplaces')
const options = { namespace: 'source', author_id: 'importer' }
const marketplaceEnd = '.claude-plugin/marketplace.json'

const stride = process.env['MANIFEST_FULL_COMPARISON'] === '1' ? 1 : 16

interface Counts {
  files: number
  entries?: number
  'plugin.json'?: number
  skills?: number
  commands?: number
  agents?: number
}

/** What went through the converters, over all repositories. */
const totals = {
  drafts: 0,
  refused: [] as string[],
  problems: 0,
  without: 0,
  rescued: 0,
  lost: [] as string[],
  plain: 0,
  texts: 0,
}

describe.skipIf(missing !== undefined)(`real marketplaces ${missing ?? ''}`, () => {
  const archives =
    missing === undefined
      ? listShared('data/marketplaces').filter((name) => name.endsWith('.tar.gz'))
      : []
  const expected =
    missing === undefined
      ? readSharedJson<Record<string, Counts>>('data/marketplaces/expected-counts.json')
      : {}

  it.each(archives)('[M3] %s goes through the converters, counted as expected', async (name) => {
    const { contents } = await readArchive(sharedPath('data/marketplaces', name))
    const counts = convertAll(contents)
    const {
      files,
      entries = 0,
      'plugin.json': manifests = 0,
      skills = 0,
      commands = 0,
      agents = 0,
    } = expected[name] ?? { files: 0 }
    expect(counts).toEqual({ files, entries, 'plugin.json': manifests, skills, commands, agents })
  })

  it('[M3] makes a draft that fits the schema of every one of twelve thousand items, and names each defect with its file', () => {
    expect(totals.refused).toEqual([])
    expect(totals.drafts).toBeGreaterThan(12_000)
    expect(totals.problems).toBeGreaterThan(3000)
    expect(totals.without).toBe(0)
  })

  it('recovers the description wherever the YAML parser refuses the attributes', () => {
    expect(totals.lost).toEqual([])
    expect(totals.rescued).toBeGreaterThan(150)
  })

  it('reads attributes the quick way as the full reader does, in nearly all files', () => {
    expect(totals.plain / totals.texts).toBeGreaterThan(0.75)
  })
})

function convertAll(files: FileMap): Counts {
  const counts = {
    files: files.size,
    entries: 0,
    'plugin.json': 0,
    skills: 0,
    commands: 0,
    agents: 0,
  }
  for (const path of files.keys()) {
    if (path === marketplaceEnd || path.endsWith(`/${marketplaceEnd}`)) {
      const reading = formats.claudeMarketplace.read(
        below(files, path.slice(0, -marketplaceEnd.length)),
        options,
      )
      counts.entries += reading.plugins.length
      for (const plugin of reading.plugins) accept(plugin.draft, plugin.problems)
    }
    if (path.endsWith('.claude-plugin/plugin.json')) {
      counts['plugin.json'] += 1
      const root = path.slice(0, -'.claude-plugin/plugin.json'.length)
      if (root.split('/').length > 1) continue // those of a list were read through it
      const { draft, problems } = formats.claudePlugin.read(below(files, root), options)
      accept(draft, problems)
    }
  }
  for (const { directory, files: own } of formats.skillMd.find(files)) {
    counts.skills += 1
    const { draft, problems } = formats.skillMd.read(own, {
      ...options,
      directory: directory.split('/').at(-1) ?? '',
      path: directory,
    })
    accept(draft, problems)
  }
  for (const [path, { bytes }] of files) {
    if (isSkillFile(path) || !isMarkdownPart(path)) {
      if (isSkillFile(path)) compareAttributes(textOf(bytes), path)
      continue
    }
    const folders = path.split('/').slice(0, -1)
    const one = new Map([[path, { bytes, executable: false }]])
    if (folders.includes('commands')) {
      counts.commands += 1
      const { draft, problems } = formats.claudeCommand.read(one, path, options)
      accept(draft, problems)
    }
    if (folders.includes('agents')) {
      counts.agents += 1
      const { draft, problems } = formats.claudeAgent.read(one, path, options)
      accept(draft, problems)
    }
    if (folders.includes('commands') || folders.includes('agents'))
      compareAttributes(textOf(bytes), path)
  }
  return counts
}

function below(files: FileMap, root: string): FileMap {
  if (root === '') return files
  return new Map(
    [...files]
      .filter(([path]) => path.startsWith(root))
      .map(([path, file]) => [path.slice(root.length), file]),
  )
}

function accept(draft: ManifestDraft, problems: readonly FormatProblem[]): void {
  totals.drafts += 1
  totals.problems += problems.length
  totals.without += problems.filter(
    (problem) => problem.file === '' || problem.message === '',
  ).length
  try {
    parseManifestDraft(draft)
  } catch (error) {
    totals.refused.push(`${draft.slug}: ${String(error)}`)
  }
}

/** The quick reader against the YAML library, and what is left of attributes YAML refuses. */
function compareAttributes(text: string, path: string): void {
  const block = /^\uFEFF?---[ \t]*\r?\n([^]*?)^---[ \t]*$/m.exec(text)?.[1]
  if (block === undefined || block.length > 100_000) return
  totals.texts += 1
  const plain = readPlainFrontmatter(block)
  if (plain !== undefined) {
    totals.plain += 1
    // Every file is compared in the long tier; the library takes longer than all else here.
    if (totals.texts % stride === 0)
      expect(plain, path).toEqual(parseWithLibrary(block, { schema: 'core', merge: false }))
    return
  }
  const { attributes, problems } = parseFrontmatter(text, path)
  const isRefused = problems.some(({ message }) => message.startsWith('expected YAML'))
  if (!isRefused || !/^description[ \t]*:[ \t]*\S/m.test(block)) return
  totals.rescued += 1
  const description = attributes['description']
  if (typeof description !== 'string' || description.length < 3) totals.lost.push(path)
}
