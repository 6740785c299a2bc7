import { describe, expect, it } from 'vitest'
import { assembleContext } from '../assemble-context.ts'
import { loadWordVectors } from '../word-vectors.ts'
import { createRelevanceIndex } from './relevance-index.ts'
import type { ScorableItem } from './scorer.ts'
import { stem } from './text/stem.ts'
import { splitWords } from './text/split-words.ts'
import { withoutExclusions } from './text/without-exclusions.ts'

const items: ScorableItem[] = [
  { id: 'tax', name: 'Tax Helper', description: 'Fills in tax forms and checks deductions.' },
  {
    id: 'mail',
    name: 'EmailAutomation',
    description: 'Sends newsletters to lists.',
    tags: ['mail'],
  },
  {
    id: 'chart',
    name: 'Chart maker',
    description: 'Draws diagrams from tables.',
    body: 'Bar, pie, line.',
  },
  {
    id: 'trip',
    name: 'Voyager',
    description: 'Books journeys.',
    examples: ['get me to Lisbon by train'],
  },
]
const wordVectors = loadWordVectors()

describe('createRelevanceIndex', () => {
  for (const options of [{}, { wordVectors }]) {
    const index = createRelevanceIndex(items, options)
    const best = (task: string): string => index.rank(task, { limit: 1 })[0]!.id
    const label = options.wordVectors ? 'with word vectors' : 'by words alone'

    it(`[X7] ${label} finds items by inflected words, parts of names, bodies and examples`, () => {
      expect(best('please check my deduction')).toBe('tax')
      expect(best('automate an email')).toBe('mail')
      expect(best('I need a pie')).toBe('chart')
      expect(best('how do I get to Lisbon')).toBe('trip')
      expect(best('newsletter')).toBe('mail')
    })

    it(`${label} explains its scores: what is added sums to the score`, () => {
      for (const { score, features } of index.explain('check the tax forms of the newsletter')) {
        expect(features.reduce((sum, { added }) => sum + added, 0)).toBeCloseTo(score, 4)
      }
      const [first] = index.explain('check the tax forms', { limit: 1 })
      expect(first!.words.map(({ word, where }) => [word, where])).toContainEqual([
        'tax',
        ['name', 'fields'],
      ])
    })

    it(`[TX12] ${label} gives the same answer in any company of tasks, and equal items stand by priority`, () => {
      const fresh = createRelevanceIndex(structuredClone(items), options)
      index.rank('something else entirely, mail and charts')
      expect(index.rank('tax on newsletters')).toEqual(fresh.rank('tax on newsletters'))
      const twins = createRelevanceIndex(
        [
          { id: 'b', name: 'Same' },
          { id: 'a', name: 'Same' },
        ],
        options,
      )
      expect(twins.rank('same').map(({ id }) => id)).toEqual(['b', 'a'])
    })

    it(`${label} takes empty, huge and odd input`, () => {
      expect(createRelevanceIndex([], options).rank('x')).toEqual([])
      expect(index.rank('')).toHaveLength(4)
      expect(index.rank('\ud800 🎉 constructor __proto__')).toHaveLength(4)
      expect(index.rank('word '.repeat(100_000), { limit: 2 })).toHaveLength(2)
      expect(index.rank('x', { limit: 0 })).toEqual([])
    })
  }

  it('[X7] knows with word vectors what words alone cannot', () => {
    const pair = [
      { id: 'law', name: 'Counsel', description: 'Reviews contracts and legal agreements.' },
      { id: 'code', name: 'Builder', description: 'Compiles programs and runs tests.' },
    ]
    expect(
      createRelevanceIndex(pair, { wordVectors }).rank('attorney litigation', { limit: 1 })[0]!.id,
    ).toBe('law')
  })

  it('notices that an item was changed in place', () => {
    const item = { id: 'x', kind: 'plugin', slug: 'x', name: 'Alpha', description: 'One thing' }
    const other = { kind: 'plugin', slug: 'y', name: 'Gamma', description: 'Else' }
    const chosen = (): string =>
      assembleContext({ plugins: [other, item], task: 'beta', maxPlugins: 1 }).included.at(-1)!.slug
    expect(chosen()).toBe('y')
    item.name = 'Beta'
    expect(chosen()).toBe('x')
  })

  it('ranks 1,000 items like 1,000 items: meaning is asked for the best by words', () => {
    const many = Array.from({ length: 1000 }, (_unused, n) => ({
      id: `i${n}`,
      name: `item${n}`,
      description: 'plain',
    }))
    many[777] = { id: 'i777', name: 'Tax Helper', description: 'Fills in tax forms.' }
    expect(createRelevanceIndex(many, { wordVectors }).rank('tax forms', { limit: 1 })[0]!.id).toBe(
      'i777',
    )
  })
})

describe('words', () => {
  it('splits camel case, digits, accents and scripts without spaces', () => {
    expect(splitWords('FinanceTool parseHTMLPage v2')).toEqual([
      'finance',
      'tool',
      'parse',
      'html',
      'page',
      'v2',
    ])
    expect(splitWords('Übergröße café')).toEqual(['ubergroße', 'cafe'])
    expect(splitWords('日本語')).toEqual(['日本', '本語'])
  })

  it('brings inflected words to one stem', () => {
    for (const [a, b] of [
      ['charts', 'chart'],
      ['recommendation', 'recommend'],
      ['planning', 'plan'],
      ['libraries', 'library'],
    ]) {
      expect(stem(a!)).toBe(stem(b!))
    }
    expect(stem('status')).toBe('status')
  })

  it('leaves out of a description what it is not for', () => {
    expect(withoutExclusions('Writes copy. For email copy, see emails. Not for ads.')).toBe(
      'Writes copy.',
    )
    expect(withoutExclusions('Edits PDF files (not for images). Use when asked.')).toMatch(
      /^Edits PDF files\s+\. Use when asked\.$/,
    )
    expect(withoutExclusions('Use this to see the weather.')).toBe('Use this to see the weather.')
  })
})
