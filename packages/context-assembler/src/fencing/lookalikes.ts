/** Letters of other alphabets that look like Latin ones, and the Latin letter. */
const latinOf: ReadonlyMap<string, string> = new Map(
  (
    'аa еe оo рp сc уy хx іi јj ѕs һh ԁd ԛq ԝw ѵv ьb кk мm тt нh вb гr пn ' +
    'αa βb εe ηn ιi κk νv οo ρp τt υu χx γy ωw ϲc ϳj ' +
    'аa ɑa ɡg ı1i ⅰi ⅼl ǀl ո n օo ѡw ꞓc ᴀa ʙb ᴄc ᴅd ᴇe ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz'
  )
    .split(' ')
    .filter((pair) => pair.length >= 2)
    .map((pair) => [pair[0]!, pair.at(-1)!] as const),
)

/** A name as it looks: lower case, look-alikes as the Latin letters they resemble, without separators. */
export function skeletonOf(name: string): string {
  let skeleton = ''
  for (const character of name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()) {
    skeleton += latinOf.get(character) ?? character
  }
  return skeleton
    .replaceAll(/[^\p{L}\p{N}]+/gu, '')
    .replaceAll('0', 'o')
    .replaceAll('1', 'l')
    .replaceAll('rn', 'm')
}

/** True where a word mixes Latin letters with look-alikes of another alphabet, or is made of look-alikes alone. */
export function hasLookalikes(word: string): boolean {
  if (/^[\u0000-\u024F]*$/.test(word)) return false // oxlint-disable-line no-control-regex
  let lookalikes = 0
  let latin = 0
  let others = 0
  for (const character of word.toLowerCase()) {
    if (latinOf.has(character)) lookalikes += 1
    else if (/\p{Script=Latin}/u.test(character)) latin += 1
    else if (/\p{L}/u.test(character)) others += 1
  }
  return lookalikes > 0 && others === 0 && (latin > 0 || lookalikes >= 4)
}
