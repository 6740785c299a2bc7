import { expect, it } from 'vitest'
import { assembleContext, type AssignedItem } from '../src/index.ts'

const topics = 'invoices charts mail travel recipes taxes music photos contracts weather'.split(' ')
const plugins = topics.map((topic): AssignedItem => ({
  kind: 'plugin',
  slug: `${topic}-helper`,
  name: `${topic} helper`,
  version: '1.0.0',
  description: `Works with ${topic} of every kind, from the first draft to the last check.`,
  content: [{ path: 'SKILL.md', text: `Steps for ${topic}. `.repeat(40) }],
}))
const tools = topics.map((topic) => ({ name: `find_${topic}`, description: `Finds ${topic}` }))

it('[X8] shares the whole stable prefix over 1,000 tasks: persona, tier 1 and tools keep their bytes', () => {
  const persona = 'You are a careful clerk.'
  const first = assembleContext({ persona, plugins, tools, task: '' })
  const stable = first.blocks.filter((block) => block.cache === 'stable').map((block) => block.text)
  let shared = 0
  for (let n = 0; n < 1000; n += 1) {
    const task = `${topics[n % 10]} number ${n} and ${topics[(n * 7) % 10]}`
    const context = assembleContext({ persona, plugins, tools, task })
    expect(context.prefixDigest).toBe(first.prefixDigest)
    expect(context.systemPrompt.startsWith(stable.join('\n\n'))).toBe(true)
    expect(context.blocks.at(-1)).toMatchObject({ placement: 'turn', cache: 'task' })
    shared += stable.join('\n\n').length / context.systemPrompt.length
  }
  expect(shared / 1000).toBeGreaterThan(0.3)
})

it('[X8] keeps the prefix through changes that it does not show: content, order of tools, other skills', () => {
  const before = assembleContext({ plugins, tools, task: 'mail' })
  const changed = plugins.map((item) => ({ ...item, content: [{ path: 'SKILL.md', text: 'new' }] }))
  const after = assembleContext({ plugins: changed, tools: tools.toReversed(), task: 'mail' })
  expect(after.prefixDigest).toBe(before.prefixDigest)
  expect(after.digest).not.toBe(before.digest)
})

it('[M16] shows by its digest alone that a skill changed', () => {
  const skill = {
    kind: 'skill',
    slug: 's',
    name: 'S',
    content: [{ path: 'SKILL.md', text: 'one' }],
  }
  const digest = (text: string): string =>
    assembleContext({ skills: [{ ...skill, content: [{ path: 'SKILL.md', text }] }], task: 's' })
      .digest
  expect(digest('one')).toBe(digest('one'))
  expect(digest('one')).not.toBe(digest('two'))
})
