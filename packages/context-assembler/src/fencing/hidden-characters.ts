/** What was taken out of a text, by kind. */
export interface HiddenCharacterCounts {
  /** Language tag characters, U+E0000–E007F: a whole hidden alphabet. */
  readonly tag_characters: number
  /** Zero-width and other invisible characters. */
  readonly zero_width: number
  /** Characters that change the direction of reading. */
  readonly bidi: number
  readonly variation_selectors: number
  /** Control characters other than tab and line feed, and noncharacters. */
  readonly controls: number
  /** Half surrogate pairs, replaced by U+FFFD. */
  readonly lone_surrogates: number
}

/** A text without hidden characters, and what they were. */
export interface VisibleText {
  readonly text: string
  readonly removed: HiddenCharacterCounts
  readonly total: number
}

/**
 * Removes what a reader cannot see: tag characters, zero-width characters, direction marks, variation selectors,
 * control characters; lone surrogates become U+FFFD, every kind of line end becomes a line feed.
 * Joiners stay inside emoji and inside words of scripts that need them.
 */
export function removeHiddenCharacters(text: string): VisibleText {
  if (!suspicious.test(text)) return { text, removed: nothingHidden, total: 0 }
  const removed = { ...nothingHidden }
  let total = 0
  const visible = text
    .replace(lineEnds, '\n')
    .replace(hidden, (found: string, offset: number, whole: string) => {
      if (keeps(found, offset, whole)) return found
      const kind = kindOf(found.codePointAt(0)!)
      removed[kind] += 1
      total += 1
      return kind === 'lone_surrogates' ? '\uFFFD' : ''
    })
  return { text: visible, removed, total }
}

/** A count of nothing. */
export const nothingHidden: HiddenCharacterCounts = {
  tag_characters: 0,
  zero_width: 0,
  bidi: 0,
  variation_selectors: 0,
  controls: 0,
  lone_surrogates: 0,
}

// Quick look: most text is printable ASCII or plain letters, and passes here.
const suspicious =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uD800-\uDFFF\uFDD0-\uFDEF\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\uFFFE\uFFFF]/

// oxlint-disable-next-line no-control-regex
const lineEnds = /\r\n?|[\u0085\u2028\u2029\u000B\u000C]/g

const hidden =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u0008\u000E-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFDD0-\uFDEF\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\uFFFE\uFFFF\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}\p{Surrogate}]|(?![\uFFFE\uFFFF])\p{Noncharacter_Code_Point}/gu

function kindOf(code: number): keyof HiddenCharacterCounts {
  if (code >= 0xe0000 && code <= 0xe007f) return 'tag_characters'
  if ((code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0100 && code <= 0xe01ef)) {
    return 'variation_selectors'
  }
  if (code >= 0xd800 && code <= 0xdfff) return 'lone_surrogates'
  if (
    code === 0x61c ||
    code === 0x200e ||
    code === 0x200f ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  ) {
    return 'bidi'
  }
  if (code < 0xa0 || (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe) {
    return 'controls'
  }
  return 'zero_width'
}

const joiningLetter =
  /[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Mongolian}\p{Script=Syriac}]/u
const pictograph = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F/u
const keycapBase = /[0-9#*]/

/** One joiner between two emoji, one U+FE0F after an emoji, one joiner between letters that join: no room to hide in. */
function keeps(found: string, offset: number, whole: string): boolean {
  const before = characterBefore(whole, offset)
  const next = whole.codePointAt(offset + found.length)
  const after = next === undefined ? '' : String.fromCodePoint(next)
  if (found === '\u200D' && pictograph.test(before) && /\p{Extended_Pictographic}/u.test(after)) {
    return true
  }
  if (found === '\uFE0F') {
    return (
      /\p{Extended_Pictographic}/u.test(before) || (keycapBase.test(before) && after === '\u20E3')
    )
  }
  if (found === '\u200D' || found === '\u200C') {
    return joiningLetter.test(before) && joiningLetter.test(after)
  }
  return false
}

function characterBefore(text: string, offset: number): string {
  if (offset === 0) return ''
  const last = text.charCodeAt(offset - 1)
  const start = last >= 0xdc00 && last <= 0xdfff && offset > 1 ? offset - 2 : offset - 1
  return text.slice(start, offset)
}
