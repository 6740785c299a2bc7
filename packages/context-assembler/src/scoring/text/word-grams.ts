/**
 * The pieces of three and four characters of a word with its ends marked, as numbers: `cat` has `<ca`, `cat`, `at>`,
 * `<cat`, `cat>`. Words that share a stem or a spelling share pieces, in any alphabet. Different pieces may come to
 * the same number about once in a hundred thousand; it costs a hair of precision and saves the strings.
 */
export function wordGrams(word: string): number[] {
  const codes = [60]
  for (let i = 0; i < word.length; i += 1) codes.push(word.charCodeAt(i))
  codes.push(62)
  const grams: number[] = []
  for (let i = 0; i + 3 <= codes.length; i += 1) {
    const three = mix(mix(mix(3, codes[i]!), codes[i + 1]!), codes[i + 2]!)
    grams.push(three)
    if (i + 4 <= codes.length) grams.push(mix(three ^ 4, codes[i + 3]!))
  }
  return grams
}

function mix(state: number, code: number): number {
  const x = Math.imul(state ^ code, 0x9e3779b1)
  return (x ^ (x >>> 15)) >>> 0
}
