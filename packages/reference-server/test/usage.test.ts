import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { UsageReceipt, UsageSummary } from '@mothership/client/contract'
import { databaseEngines } from '../src/testing/test-database.ts'
import { answer, registerAuthor, release } from './support/author.ts'
import { createTestApp, type TestApp } from './support/test-app.ts'

describe.each(await databaseEngines())('usage on $name', (engine) => {
  let app: TestApp

  beforeAll(async () => {
    app = await createTestApp(engine)
    await release(app, await registerAuthor(app, 'ada'))
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const event = {
    kind: 'skill',
    slug: 'ada.word-count',
    version: '1.0.0',
    executions: 5,
    successes: 4,
    failures: 1,
  }

  function report(window_id: string, events: unknown[]): Promise<Response> {
    return app.request('/api/v1/marketplace/usage', {
      json: { instance_id: 'host-1', window_id, events },
    })
  }

  async function accepted(response: Response): Promise<number> {
    return (await answer<UsageReceipt>(response, 200)).accepted
  }

  async function summary(): Promise<UsageSummary> {
    const answered = await app.request('/api/v1/admin/usage', { key: app.operatorKey })
    return answer<UsageSummary>(answered, 200)
  }

  it('[A10] counts a window once, however often and however parallel it arrives', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => report('w1', [event])))
    const counts = await Promise.all(answers.map(accepted))
    expect(counts.sort((a, b) => a - b)).toEqual([0, 0, 0, 0, 1])
    expect(await accepted(await report('w1', [event, event]))).toBe(0)
    expect((await summary()).items[0]).toMatchObject({ executions: 5, successes: 4, failures: 1 })
  })

  it('[A10] adds up windows and entries of one version, and leaves out what was never released', async () => {
    const unknown = { ...event, slug: 'ada.unknown' }
    expect(await accepted(await report('w2', [event, unknown, event]))).toBe(2)
    const { items, total } = await summary()
    expect(total).toBe(1)
    expect(items[0]).toMatchObject({ slug: 'ada.word-count', executions: 15, failures: 3 })
  })

  it('[A10] refuses counts that cannot be', async () => {
    for (const wrong of [
      { ...event, executions: -1 },
      { ...event, executions: 1.5 },
      { ...event, successes: 5, failures: 5 },
      { ...event, executions: 1e15 },
    ]) {
      expect((await report('w3', [wrong])).status).toBe(400)
    }
  })
})
