import { createMothership } from '@mothership/client'
import type { ApprovalRequest } from '@mothership/installer-core'
import { createKeyring } from '@mothership/manifest'
import type { RunningServer } from '@mothership/reference-server'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contextFor } from '../examples/agent-runtime/src/context-for.ts'
import { browse } from '../examples/host-app/src/browse.ts'
import { serve } from '../examples/integrator/src/serve.ts'
import { enrol } from '../examples/publisher/src/enrol.ts'
import { publish } from '../examples/publisher/src/publish.ts'
import { installerFor } from '../examples/satellite-backend/src/installer-for.ts'

const sample = join(import.meta.dirname, '..', 'examples', 'sample-marketplace')

describe('the examples, against a mothership that runs', () => {
  let directory: string
  let server: RunningServer
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'examples-'))
    server = await serve(join(directory, 'mothership'), sample)
    await server.imported
  })
  afterAll(async () => {
    await server?.close()
    await rm(directory, { recursive: true, force: true })
  })

  it('integrator: serves every plugin of the sample marketplace', async () => {
    await expect(server.imported).resolves.toMatchObject({ status: 'imported', problems: 0 })
    const { plugins } = createMothership({ url: server.url })
    const page = await plugins.list({ sort: 'name', limit: 100 })
    expect(page.items.map(({ name }) => name)).toHaveLength(14)
  })

  it('host-app: finds what it searches for', async () => {
    const found = await browse(server.url, 'invoice')
    expect(found).toEqual([expect.stringMatching(/^sample-marketplace\.invoice-check 1\.0\.3: /)])
  })

  it('host-app: says what is wrong when the mothership is away', async () => {
    const [line] = await browse('http://127.0.0.1:9', 'invoice')
    expect(line).toContain('cannot be reached')
  })

  it('satellite-backend: installs what was approved, and nothing else', async () => {
    const host = join(directory, 'satellite')
    const item = { kind: 'plugin', slug: 'sample-marketplace.commit-guard' } as const
    const { keys } = await createMothership({ url: server.url }).releases.resolve(item)
    const asked: ApprovalRequest[] = []
    const installerThat = (approved: boolean) =>
      installerFor({
        url: server.url,
        directory: host,
        keyring: createKeyring(keys),
        approve: (request) => {
          asked.push(request)
          return Promise.resolve({ approved })
        },
      })

    await expect(installerThat(false).install(item)).rejects.toThrow(/approv/)
    expect(existsSync(join(host, 'plugins', 'commit-guard'))).toBe(false)
    expect(asked[0]?.permissions.map(({ permission }) => permission)).toContain('hook:PreToolUse')

    const { record } = await installerThat(true).install(item)
    const script = await readFile(join(record.directory, 'scripts', 'check-commit.mjs'))
    const original = join(sample, 'plugins', 'commit-guard', 'scripts', 'check-commit.mjs')
    expect(script).toEqual(await readFile(original))
  })

  it('publisher: submits a plugin that the operator can approve', async () => {
    const operatorKey = (await readFile(server.operatorKeyFile, 'utf8')).trim()
    const desk = await enrol(server.url, operatorKey, 'acme')
    const folder = join(sample, 'plugins', 'flashcards')
    const submission = await publish(desk, folder, join(directory, 'flashcards.tar.gz'))
    expect(submission).toMatchObject({
      slug: 'acme.flashcards',
      version: '0.8.0',
      status: 'pending',
    })

    const operator = createMothership({ url: server.url, apiKey: operatorKey, strict: true })
    await operator.moderation.approve(submission.id)
    const { item } = await operator.plugins.get('acme.flashcards')
    expect(item).toMatchObject({ author_id: 'acme', skills_count: 2 })
  })
})

describe('the agent runtime', () => {
  it('puts the plugin that speaks to the task into the prompt in full', async () => {
    const context = await contextFor('Review the SQL migration that adds a column')
    expect(context.systemPrompt).toContain('# Reviewing SQL')
    expect(context.omitted.map(({ slug }) => slug)).toEqual([
      'sample-marketplace.meeting-minutes',
      'sample-marketplace.flashcards',
    ])
    expect(context.tokenEstimate).toBeLessThanOrEqual(3000)
  })
})
