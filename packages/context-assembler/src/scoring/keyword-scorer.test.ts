import { describe, expect, it } from 'vitest'
import { keywordScorer } from './keyword-scorer.ts'

const score = (item: object, task: string): number =>
  keywordScorer([{ id: 'x', name: '', ...item }]).rank(task)[0]!.score

describe('keywordScorer', () => {
  it('[M11] counts 1 for each word of name or slug in the task', () => {
    expect(score({ name: 'Email Automation', slug: 'email-automation' }, 'email automation')).toBe(
      2,
    )
    expect(score({ name: 'Post', slug: 'mail-box' }, 'box of mail')).toBe(2)
  })

  it('[M11] counts 1 for each distinct description word of four or more characters', () => {
    expect(score({ description: 'send send mail to all' }, 'send mail to all')).toBe(2)
  })

  it('[M11] counts tag words double', () => {
    expect(score({ tags: ['mail', 'cloud storage'] }, 'mail storage')).toBe(4)
  })

  it('[M11] matches whole lower-case words only', () => {
    expect(score({ name: 'Mail' }, 'MAILING mailbox')).toBe(0)
    expect(score({ name: 'Mail' }, 'a MAIL!')).toBe(1)
  })

  it('[M11] lets priority settle ties and no match', () => {
    const items = ['c', 'a', 'b'].map((id) => ({ id, name: `Name ${id}x` }))
    const ids = (task: string): string[] =>
      keywordScorer(items)
        .rank(task)
        .map((item) => item.id)
    expect(ids('nothing')).toEqual(['c', 'a', 'b'])
    expect(ids('name')).toEqual(['c', 'a', 'b'])
    expect(ids('bx')).toEqual(['b', 'c', 'a'])
    expect(keywordScorer(items).rank('x', { limit: 2 })).toHaveLength(2)
  })
})
