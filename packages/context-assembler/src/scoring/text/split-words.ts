/** Longer words are cut or left out: no real word is, and hashes and base64 are not words. */
const maxWordLength = 40

/**
 * The words of a text, lower-cased, without accents; `camelCase` parts stand alone. Scripts written without spaces
 * give pairs of characters. Uses no `Intl`, whose answers differ between builds.
 */
export function splitWords(text: string): string[] {
  if (notAscii.test(text)) return splitUnicode(text)
  if (!camelCase.test(text)) {
    const words: string[] = text.toLowerCase().match(/[a-z0-9]+/g) ?? []
    return words.some(isTooLong) ? words.filter((word) => !isTooLong(word)) : words
  }
  const words: string[] = []
  for (const run of text.match(/[A-Za-z0-9]+/g) ?? []) {
    if (isTooLong(run)) continue
    if (camelCase.test(run)) addCamel(run, words)
    else words.push(run.toLowerCase())
  }
  return words
}

const notAscii = /[^\u0000-\u007F]/ // oxlint-disable-line no-control-regex
const camelCase = /[a-z][A-Z]|[A-Z]{2}[a-z]/

function isTooLong(word: string): boolean {
  return word.length > maxWordLength
}

/** `parseHTMLPage` gives parse, html, page. */
function addCamel(run: string, words: string[]): void {
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
