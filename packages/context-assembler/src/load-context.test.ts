import { expect, it } from 'vitest'
import type { ContentSource } from './content/content-source.ts'
import { loadContext } from './load-context.ts'

const files: Record<string, string> = { 'SKILL.md': 'Do it well.' }
const source: ContentSource = {
  async getManifest() {
    return {
      tools: [{ name: 'act', description: 'Acts' }],
      files: [{ path: 'SKILL.md', size: 11 }],
    }
  },
  async getFile(_item, path) {
    return files[path]
  },
}
const plugins = [{ kind: 'plugin', slug: 'doer', name: 'Doer', version: '1.0.0' }]

it('[M12] fetches manifest and files, and assembles them', async () => {
  const context = await loadContext({ plugins, task: 'do' }, source)
  expect(context.systemPrompt).toContain('Do it well.')
  expect(context.systemPrompt).toContain('- **act**: Acts')
})

it('[M12] keeps the header when the source fails, warns and tells the host', async () => {
  const faults: string[] = []
  const failing: ContentSource = {
    getManifest: () => Promise.reject(new Error('down')),
    getFile: () => Promise.reject(new Error('down')),
  }
  const context = await loadContext({ plugins, task: 'do' }, failing, {
    onFault: (fault) => faults.push(fault.path ?? 'manifest'),
  })
  expect(context.systemPrompt).toContain('# Doer')
  expect(faults).toEqual(['manifest', 'SKILL.md'])
  expect(context.warnings).toContainEqual(
    expect.objectContaining({ code: 'content_missing', slug: 'doer', path: 'SKILL.md' }),
  )
})

it('stops when the caller aborts', async () => {
  const signal = AbortSignal.abort(new Error('enough'))
  const failing: ContentSource = {
    getManifest: async () => signal.throwIfAborted() as never,
    getFile: async () => signal.throwIfAborted() as never,
  }
  await expect(loadContext({ plugins, task: 'do' }, failing, { signal })).rejects.toThrow('enough')
})
