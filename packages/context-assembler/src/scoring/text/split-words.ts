/** Longer words are cut or left out: no real word is, and hashes and base64 are not words. */
const maxWordLength = 40

/**
 * The words of a text, lower-cased, without accents; `camelCase` parts stand alone. Scripts written without spaces
 * give pairs of characters. Uses no `Intl`, whose answers differ between builds.
 */
export function splitWords(text: string): string[] {
  const words: string[] = []
  const lower = text.toLowerCase()
  let start = -1
  let camel = false
  for (let i = 0; i <= text.length; i += 1) {
    const code = i < text.length ? text.charCodeAt(i) : 32
    if (code > 127) return splitUnicode(text)
    const isLower = code >= 97 && code <= 122
    const isUpper = code >= 65 && code <= 90
    if (isLower || isUpper || (code >= 48 && code <= 57)) {
      if (start < 0) start = i
      else if (isUpper) camel ||= text.charCodeAt(i - 1) >= 97
      else if (isLower) camel ||= isUpperAt(text, i - 1) && i - 1 > start
    } else if (start >= 0) {
      if (camel) addCamel(text.slice(start, i), words)
      else if (i - start <= maxWordLength) words.push(lower.slice(start, i))
      start = -1
      camel = false
    }
  }
  return words
}

function isUpperAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  return code >= 65 && code <= 90
}

/** `parseHTMLPage` gives parse, html, page. */
function addCamel(run: string, words: string[]): void {
  if (run.length > maxWordLength) return
  for (const part of run.match(/[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+/g) ?? []) {
    words.push(part.toLowerCase())
  }
}

const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu

function splitUnicode(text: string): string[] {
  const words: string[] = []
  const plain = text.normalize('NFKD').replace(/\p{M}+/gu, '')
  for (const run of plain.match(/[\p{L}\p{N}]+/gu) ?? []) {
    if (/^[A-Za-z0-9]+$/.test(run)) words.push(...splitWords(run))
    else addUnicode(run, words)
  }
  return words
}

function addUnicode(run: string, words: string[]): void {
  let from = 0
  for (const found of run.matchAll(unspaced)) {
    if (found.index > from) words.push(run.slice(from, found.index).toLowerCase())
    const characters = Array.from(found[0])
    if (characters.length === 1) words.push(characters[0]!)
    for (let i = 0; i + 1 < characters.length; i += 1) {
      words.push(characters[i]! + characters[i + 1]!)
    }
    from = found.index + found[0].length
  }
  if (from < run.length) words.push(run.slice(from).toLowerCase().slice(0, maxWordLength))
}
