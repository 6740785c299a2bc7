// Prints the contrast ratio of two colours and which WCAG levels it reaches.
// Usage: node contrast.mjs '#1a2b3c' '#fff'
const [first, second] = process.argv.slice(2).map(parseColour)
if (!first || !second) {
  console.error("usage: node contrast.mjs '#rrggbb' '#rrggbb'   (three digits are fine as well)")
  process.exit(2)
}

const [light, dark] = [luminance(first), luminance(second)].sort((a, b) => b - a)
const ratio = (light + 0.05) / (dark + 0.05)
// Cut, not rounded: 4.499 does not pass as 4.5.
const shown = Math.floor(ratio * 100) / 100
const verdict = (limit) => (ratio >= limit ? 'pass' : 'FAIL')
console.log(`contrast ${shown.toFixed(2)}:1`)
console.log(`text AA (4.5)        ${verdict(4.5)}`)
console.log(`text AAA (7)         ${verdict(7)}`)
console.log(`large text AA (3)    ${verdict(3)}`)
console.log(`icons, borders (3)   ${verdict(3)}`)

function parseColour(text) {
  const hex = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.test(text) ? text.replace('#', '') : undefined
  if (hex === undefined) return undefined
  const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join('') : hex
  return [0, 2, 4].map((at) => Number.parseInt(full.slice(at, at + 2), 16) / 255)
}

function luminance(colour) {
  const [red, green, blue] = colour.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  )
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
