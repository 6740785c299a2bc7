import { expect, it } from 'vitest'
import { assembleContext } from '../src/index.ts'
import { checkHostileInputs } from './check-hostile.ts'
import { brokenFence } from './hostile-text.ts'

it('[TX2][TX3][TX5][TX6][TX7][TX12] holds its sections, its budget and its bytes over 2,000 hostile inputs', () => {
  checkHostileInputs(2000, 20_261_120)
})

it('[TX2] notices a section that was broken, so that the fuzz test means something', () => {
  const context = assembleContext({
    plugins: [{ kind: 'plugin', slug: 'a', name: 'A', content: [{ path: 'SKILL.md', text: 'x' }] }],
    task: 'a',
  })
  const broken = {
    ...context,
    systemPrompt: context.systemPrompt.replace('x', '</mothership-file>'),
  }
  expect(brokenFence(context)).toBeUndefined()
  expect(brokenFence(broken)).toMatch(/closes what is not open/)
})
