/** How many kinds of runs `scanRuns` tells apart. */
export const runKinds = 80

const runClass = { lower: 1, upper: 2, digit: 3, space: 4, newline: 5, punctuation: 6 } as const

/** Where each kind of run is counted; words and punctuation have a place for each length. */
export const runPlaces = {
  spacedWord: 0,
  joinedWord: 20,
  capitals: 40,
  digits: 48,
  digitsAfterWord: 49,
  spaceBeforeDigits: 50,
  spaces: 51,
  longSpaces: 52,
  newlineAfterPunctuation: 53,
  newline: 54,
  newlines: 55,
  punctuation: 56,
  repeated: 64,
  repeatedLong: 65,
  latin: 66,
  han: 67,
  kana: 68,
  hangul: 69,
  cyrillic: 70,
  joiningScripts: 71,
  surrogates: 72,
  symbols: 73,
  longWord: 74,
  tabs: 75,
} as const

const at = runPlaces

/**
 * Counts the runs of a text that tokenizers treat alike: words by length and by what stands before them, digits,
 * spaces, punctuation, characters of other scripts. One pass, nothing allocated.
 */
export function scanRuns(text: string, counts: Float64Array): void {
  const end = text.length
  let before = 0
  let i = 0
  while (i < end) {
    const code = text.charCodeAt(i)
    const start = i
    const kind = code < 128 ? classes[code]! : 0
    i += 1
    if (kind === runClass.lower || kind === runClass.upper) {
      let last = kind
      if (kind === runClass.upper) {
        while (i < end && classOf(text, i) === runClass.upper) i += 1
        if (i - start > 1) {
          // The last capital before small letters begins the next word.
          if (i < end && classOf(text, i) === runClass.lower) i -= 1
          else last = runClass.upper
          if (i - start > 1) {
            counts[at.capitals + Math.min(i - start, 9) - 2]! += 1
            before = last
            continue
          }
        }
      }
      while (i < end && classOf(text, i) === runClass.lower) i += 1
      const length = i - start
      const place =
        before === runClass.space || before === runClass.newline || before === 0
          ? at.spacedWord
          : at.joinedWord
      if (length > 20) {
        counts[place + 19]! += 1
        counts[at.longWord]! += length - 20
      } else counts[place + length - 1]! += 1
      before = runClass.lower
    } else if (kind === runClass.space) {
      while (i < end && classOf(text, i) === runClass.space) i += 1
      const next = i < end ? classOf(text, i) : 0
      if (i - start === 1) {
        if (next === runClass.digit) counts[at.spaceBeforeDigits]! += 1
        if (code === 9) counts[at.tabs]! += 1
      } else {
        counts[at.spaces]! += 1
        if (i - start > 16) counts[at.longSpaces]! += (i - start) / 16
      }
      before = runClass.space
    } else if (kind === runClass.punctuation) {
      while (i < end && text.charCodeAt(i) === code) i += 1
      if (i - start >= 4) {
        counts[at.repeated]! += 1
        counts[at.repeatedLong]! += (i - start) / 16
      } else {
        while (i < end && classOf(text, i) === runClass.punctuation) i += 1
        counts[at.punctuation + Math.min(i - start, 8) - 1]! += i - start > 8 ? (i - start) / 8 : 1
      }
      before = runClass.punctuation
    } else if (kind === runClass.newline) {
      while (i < end && classOf(text, i) === runClass.newline) i += 1
      counts[before === runClass.punctuation ? at.newlineAfterPunctuation : at.newline]! += 1
      if (i - start > 2) counts[at.newlines]! += 1
      before = runClass.newline
    } else if (kind === runClass.digit) {
      while (i < end && classOf(text, i) === runClass.digit) i += 1
      counts[at.digits]! += Math.ceil((i - start) / 3)
      if (before === runClass.lower || before === runClass.upper) counts[at.digitsAfterWord]! += 1
      before = runClass.digit
    } else {
      counts[placeOf(code)]! += 1
      before = runClass.punctuation
    }
  }
}

function classOf(text: string, index: number): number {
  const code = text.charCodeAt(index)
  return code < 128 ? classes[code]! : 0
}

function placeOf(code: number): number {
  if (code < 0x250) return code < 0xc0 ? at.symbols : at.latin
  if (code >= 0x4e00 && code <= 0x9fff) return at.han
  if (code >= 0x3040 && code <= 0x30ff) return at.kana
  if (code >= 0xac00 && code <= 0xd7af) return at.hangul
  if (code >= 0x370 && code <= 0x52f) return at.cyrillic
  if (code >= 0x590 && code <= 0xeff) return at.joiningScripts
  if (code >= 0xd800 && code <= 0xdfff) return at.surrogates
  if (code >= 0x3400 && code <= 0x4dbf) return at.han
  return at.symbols
}

const classes = Uint8Array.from({ length: 128 }, (_unused, code) => {
  if (code >= 97 && code <= 122) return runClass.lower
  if (code >= 65 && code <= 90) return runClass.upper
  if (code >= 48 && code <= 57) return runClass.digit
  if (code === 10 || code === 13) return runClass.newline
  if (code === 32 || code === 9) return runClass.space
  return runClass.punctuation
})
