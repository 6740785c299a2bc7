import { existsSync, readdirSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type RunningServer, startServer } from '@mothership/reference-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProgress } from './progress.ts'
import { walk, type WalkOptions, type WalkResult } from './walk.ts'

const sample = fileURLToPath(new URL('../../sample-marketplace', import.meta.url))
const shared = fileURLToPath(new URL('../../../../shared/data/marketplaces', import.meta.url))

/** Repositories that only list what lives elsewhere, or hold skills without a marketplace. */
const withoutLocalPlugins = new Set([
  'Chat2AnyLLM__awesome-claude-skills.tar.gz',
  'Chat2AnyLLM__awesome-repo-configs.tar.gz',
  'ammawla__awesome-claude-plugins.tar.gz',
  'davila7__claude-code-templates.tar.gz',
  'openclaw__skills.tar.gz',
  'sickn33__antigravity-awesome-skills.tar.gz',
  'vercel-labs__agent-skills.tar.gz',
])

async function walkThrough(
  marketplace: string,
  more: Partial<WalkOptions> = {},
): Promise<WalkResult> {
  const nothing = { tamper: undefined, plugin: undefined, task: undefined }
  const progress = createProgress(undefined)
  const { signal } = new AbortController()
  return walk({ marketplace, ...nothing, progress, signal, ...more })
}

let directory: string
let server: RunningServer
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mothership-demo-test-'))
  server = await startServer({ dataDirectory: join(directory, 'mothership') })
})
afterAll(async () => {
  await server.close()
  await rm(directory, { recursive: true, force: true })
})

describe('the demo', () => {
  it('takes a plugin of the sample from its marketplace to a prompt and a usage report', async () => {
    const progress = createProgress(undefined)
    const result = await walkThrough(sample, { progress }) // with a mothership of its own
    expect(progress.records.every((record) => record.ok)).toBe(true)
    expect(result.included).toContain(`${result.plugin} (tier 2)`)
    expect(result.prompt).toContain('SKILL.md')
    expect(result.omitted.length).toBeGreaterThan(0)
    expect(result.token_estimate).toBeGreaterThan(100)
    expect(result.usage).toEqual([{ slug: result.plugin, executions: 1 }])
  })

  it.each([
    ['package', 'Verify digest, signature and file list', /SHA-256/],
    ['signature', 'Verify digest, signature and file list', /key/],
    ['permission', 'Show the permissions and have them approved', /the host said no/],
  ] as const)('[F15] stops %s tampering at the right step', async (tamper, step, message) => {
    const copy = join(directory, `sample-${tamper}`) // a namespace of its own
    await cp(sample, copy, { recursive: true })
    const progress = createProgress(undefined)
    await expect(walkThrough(copy, { tamper, progress, server })).rejects.toThrow(message)
    const failed = progress.records.filter((record) => !record.ok)
    expect(failed.map((record) => record.name)).toEqual([step])
  })

  it('says what is missing when the folder is no marketplace', async () => {
    const folder = fileURLToPath(new URL('.', import.meta.url))
    await expect(walkThrough(folder)).rejects.toThrow(/marketplace\.json/)
  })
})

describe.skipIf(!existsSync(shared))('the demo on real marketplaces (../shared)', () => {
  const archives = existsSync(shared)
    ? readdirSync(shared).filter((name) => name.endsWith('.tar.gz'))
    : []
  const walkable = archives.filter((name) => !withoutLocalPlugins.has(name))

  it.each(walkable)('walks %s', async (name) => {
    const result = await walkThrough(`${shared}/${name}`, { server })
    expect(result.included).toContain(`${result.plugin} (tier 2)`)
    expect(result.usage.map(({ slug }) => slug)).toContain(result.plugin)
  })
})
