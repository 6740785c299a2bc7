import { describe, expect, it } from 'vitest'
import { assertJsonValue } from './assert-json-value.ts'
import { canonicalize, canonicalText, canonicalTextWithout } from './canonicalize.ts'
import { parseCanonicalJson } from './parse-canonical-json.ts'
import { parseJson } from './parse-json.ts'
import { parseYaml } from './parse-yaml.ts'
import { writeCanonical } from './write-canonical.ts'

const own = JSON.parse('{"b":1,"__proto__":{"x":1},"a":2}') as object

describe('canonicalize', () => {
  it('[TM6] orders members by UTF-16 code units at every level, whole numbers and __proto__ among them', () => {
    const cases: [unknown, string][] = [
      [{ b: 1, a: 2 }, '{"a":2,"b":1}'],
      [{ a: 1, b: [{ d: 1, c: 2 }] }, '{"a":1,"b":[{"c":2,"d":1}]}'],
      [[1, { b: 1, a: 2 }, 'x', { d: 1, c: 1 }], '[1,{"a":2,"b":1},"x",{"c":1,"d":1}]'],
      [{ 10: 1, 9: 2, a: 3 }, '{"10":1,"9":2,"a":3}'],
      [{ x: { 10: 1, 9: 2 } }, '{"x":{"10":1,"9":2}}'],
      [[{ 10: 1, 9: 2 }], '[{"10":1,"9":2}]'],
      [
        [
          { b: 1, a: 1 },
          { 10: 1, 9: 2 },
        ],
        '[{"a":1,"b":1},{"10":1,"9":2}]',
      ],
      [{ z: { 10: 1, 9: 2 }, a: 1 }, '{"a":1,"z":{"10":1,"9":2}}'],
      [{ z: 1, a: { 10: 1, 9: 2 } }, '{"a":{"10":1,"9":2},"z":1}'],
      [own, '{"__proto__":{"x":1},"a":2,"b":1}'],
      [{ '\u{1f600}': 1, '\ufb33': 2 }, '{"\u{1f600}":1,"\ufb33":2}'],
      [Object.assign(Object.create(null) as object, { b: null, a: true }), '{"a":true,"b":null}'],
      ['text about \\ud800', '"text about \\\\ud800"'],
      [-0, '0'],
      [[], '[]'],
      [{}, '{}'],
    ]
    for (const [value, text] of cases) {
      expect(canonicalText(value)).toBe(text)
      expect(writeCanonical(value)).toBe(text)
      expect(new TextDecoder().decode(canonicalize(value))).toBe(text)
    }
  })

  it('[TM3] [TM4] refuses what JSON cannot say, wherever it stands', () => {
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    const bad: unknown[] = [
      undefined,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      1n,
      () => 1,
      Symbol('x'),
      new Date(0),
      new Map(),
      new Uint8Array(1),
      // oxlint-disable-next-line no-sparse-arrays -- a hole is what is tried
      [1, , 2],
      '\ud800',
      { '\udfff': 1 },
      cycle,
      [cycle],
      { a: undefined },
    ]
    for (const value of bad) {
      expect(() => canonicalize(value)).toThrow(/expected/)
      expect(() => canonicalize({ z: 1, a: [value] })).toThrow(/expected/)
      expect(() => assertJsonValue({ a: [value] })).toThrow(/expected/)
    }
    for (const value of [own, { constructor: 1 }])
      expect(() => assertJsonValue(value)).toThrow(/expected/)
    expect(() =>
      assertJsonValue([null, true, 1, 'x', { a: Object.create(null) as object }]),
    ).not.toThrow()
  })

  it('leaves out one member, wherever it stands', () => {
    expect(canonicalTextWithout({ c: 1, a: 2, b: 3 }, 'b')).toEqual({
      whole: '{"a":2,"b":3,"c":1}',
      without: '{"a":2,"c":1}',
    })
    expect(canonicalTextWithout({ a: 2 }, 'a')).toEqual({ whole: '{"a":2}', without: '{}' })
    expect(canonicalTextWithout({ a: 2 }, 'b')).toEqual({ whole: '{"a":2}', without: '{"a":2}' })
  })
})

describe('parseCanonicalJson', () => {
  const text = (value: unknown): string => canonicalText(value)

  it('reads a document in canonical form and cuts the member out of its bytes', () => {
    for (const document of [
      { s: 1 },
      { a: 1, s: 2 },
      { s: 1, z: 2 },
      { a: 'ä🌍', s: { x: [1] }, z: [] },
      { a: [{ b: 1 }, [null]], s: 0 },
    ]) {
      const read = parseCanonicalJson(text(document), 's')
      const { s: _out, ...rest } = document
      expect(read?.value).toEqual(document)
      expect(new TextDecoder().decode(read?.without)).toBe(text(rest))
      expect(parseCanonicalJson(canonicalize(document), 's')).toEqual(read)
    }
  })

  it('leaves everything else to strict reading', () => {
    const deep = `{"a":${'['.repeat(70)}${']'.repeat(70)},"s":1}`
    const other = [
      '{}',
      '[1]',
      '{"s":1',
      ' {"s":1}',
      '{"s": 1}',
      '{"s":1,"s":1}',
      '{"s":1.0}',
      '{"s":1,"a":2}',
      '{"a":1}',
      '{"s":"\\ud800"}',
      deep,
      '{"a":{"s":1},"s":1}',
      '{"__proto__":1,"s":1}',
      '{"a":{"constructor":1},"s":1}',
      '{"a":[{"c":1,"b":1}],"s":1}',
      '{"a":[[{"c":1,"b":1}]],"s":1}',
    ]
    for (const received of other)
      expect(parseCanonicalJson(received, 's'), received.slice(0, 40)).toBeUndefined()
    expect(parseCanonicalJson(Uint8Array.of(0x7b, 0x22, 0xff), 's')).toBeUndefined()
  })
})

describe('parseJson', () => {
  it('[TM4] accepts numbers a double holds, in any spelling, and nothing rounded', () => {
    for (const [token, value] of [
      ['1.0', 1],
      ['-0', 0],
      ['1e2', 100],
      ['12.50e3', 12_500],
      ['1E400', 0],
      ['123456789012345680000', 123_456_789_012_345_680_000],
      ['-1.5e-7', -1.5e-7],
      ['0.1', 0.1],
    ] as const) {
      if (token === '1E400') expect(() => parseJson(token)).toThrow(/double holds exactly/)
      else expect(parseJson(token)).toBe(value)
    }
    for (const token of [
      '9007199254740993',
      '0.10000000000000000001',
      '1e-400',
      `1${'0'.repeat(60)}1`,
    ])
      expect(() => parseJson(token)).toThrow(/double holds exactly/)
  })

  it('[TM19] counts bytes and depth, and says where a fault is', () => {
    expect(() => parseJson('[1]', { maxBytes: 2 })).toThrow(/at most 2 bytes/)
    expect(() => parseJson('[[1]]', { maxDepth: 1 })).toThrow(/at most 1 levels/)
    expect(() => parseJson('{"a":1,\n  "a":2}')).toThrow(/"a" a second time at line 2, column 6/)
    expect(() => parseJson('["abc')).toThrow(/closing quote/)
    expect(() => parseJson('["a\\q"]')).toThrow(/valid escape/)
    expect(() => parseJson(`{"${'k'.repeat(60)}":1,"${'k'.repeat(60)}":1}`)).toThrow(
      /k…" a second time/,
    )
  })
})

describe('parseYaml', () => {
  it('reads what JSON can say and refuses the rest with a reason', () => {
    expect(parseYaml('a: [1, x]\nb: {c: true}')).toEqual({ a: [1, 'x'], b: { c: true } })
    for (const text of [
      'a: &x 1',
      'a: &x 1\nb: *x',
      'a: !!binary x',
      'a: 1\na: 2',
      'a: .nan',
      '__proto__: 1',
      '? [1]\n: 2',
      'a: b: c',
      '['.repeat(2000),
      `${'- '.repeat(30_000)}x`,
      `a: ${'x'.repeat(300_000)}`,
    ]) {
      expect(() => parseYaml(text), text.slice(0, 30)).toThrow(/expected/)
    }
    expect(parseYaml('a: [x, {y: [z]}] # ]]}')).toEqual({ a: ['x', { y: ['z'] }] })
  })
})
