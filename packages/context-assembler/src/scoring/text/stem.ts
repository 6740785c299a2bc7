/**
 * The stem of an English word: plural, tense and derivational endings off, in the five steps of Porter's algorithm
 * (1980). Words of other alphabets, of digits or of fewer than three letters come back as they are.
 */
export function stem(word: string): string {
  if (word.length < 3 || !/^[a-z]+$/.test(word)) return word
  let w = withoutPlural(word)
  w = withoutTense(w)
  if (w.endsWith('y') && hasVowel(w, w.length - 1)) w = `${w.slice(0, -1)}i`
  w = replaceEnding(w, doubleSuffixes, 0)
  w = replaceEnding(w, singleSuffixes, 0)
  w = dropEnding(w)
  if (w.endsWith('e')) {
    const m = measure(w, w.length - 1)
    if (m > 1 || (m === 1 && !endsShort(w, w.length - 1))) w = w.slice(0, -1)
  }
  if (w.endsWith('ll') && measure(w, w.length - 1) > 1) w = w.slice(0, -1)
  return w
}

function withoutPlural(w: string): string {
  if (!w.endsWith('s') || w.endsWith('ss') || w.endsWith('us')) return w
  if (w.endsWith('sses') || (w.endsWith('ies') && w.length > 4)) return w.slice(0, -2)
  return w.slice(0, -1)
}

function withoutTense(w: string): string {
  if (w.endsWith('eed')) return measure(w, w.length - 3) > 0 ? w.slice(0, -1) : w
  let base = ''
  if (w.endsWith('ed') && hasVowel(w, w.length - 2)) base = w.slice(0, -2)
  else if (w.endsWith('ing') && hasVowel(w, w.length - 3)) base = w.slice(0, -3)
  else return w
  if (base.endsWith('at') || base.endsWith('bl') || base.endsWith('iz')) return `${base}e`
  const last = base.length - 1
  if (endsDouble(base) && !'lsz'.includes(base[last]!)) return base.slice(0, -1)
  return measure(base, base.length) === 1 && endsShort(base, base.length) ? `${base}e` : base
}

const doubleSuffixes: readonly (readonly [string, string])[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['abli', 'able'],
  ['alli', 'al'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
]

const singleSuffixes: readonly (readonly [string, string])[] = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
]

const endings =
  'ement ance ence able ible ment ant ent ism ate iti ous ive ize ion al er ic ou'.split(' ')

function replaceEnding(
  w: string,
  table: readonly (readonly [string, string])[],
  minMeasure: number,
): string {
  for (const [ending, replacement] of table) {
    if (!w.endsWith(ending)) continue
    const length = w.length - ending.length
    return measure(w, length) > minMeasure ? w.slice(0, length) + replacement : w
  }
  return w
}

function dropEnding(w: string): string {
  for (const ending of endings) {
    if (!w.endsWith(ending)) continue
    const length = w.length - ending.length
    if (measure(w, length) <= 1) return w
    if (ending === 'ion' && !'st'.includes(w[length - 1]!)) return w
    return w.slice(0, length)
  }
  return w
}

/** How often a vowel run is followed by a consonant run within the first `length` letters. */
function measure(w: string, length: number): number {
  let count = 0
  let afterVowel = false
  for (let i = 0; i < length; i += 1) {
    const vowel = isVowel(w, i)
    if (!vowel && afterVowel) count += 1
    afterVowel = vowel
  }
  return count
}

function hasVowel(w: string, length: number): boolean {
  for (let i = 0; i < length; i += 1) if (isVowel(w, i)) return true
  return false
}

function isVowel(w: string, i: number): boolean {
  const letter = w[i]!
  if ('aeiou'.includes(letter)) return true
  return letter === 'y' && i > 0 && !isVowel(w, i - 1)
}

function endsDouble(w: string): boolean {
  const last = w.length - 1
  return last > 0 && w[last] === w[last - 1] && !isVowel(w, last)
}

/** Consonant, vowel, consonant other than w, x, y. */
function endsShort(w: string, length: number): boolean {
  if (length < 3) return false
  return (
    !isVowel(w, length - 3) &&
    isVowel(w, length - 2) &&
    !isVowel(w, length - 1) &&
    !'wxy'.includes(w[length - 1]!)
  )
}
