// Profiles a CSV file column by column: filled, distinct, shapes of values, suspicions.
// Usage: node profile-csv.mjs data.csv [--separator ';']
import { readFileSync } from 'node:fs'

const args = process.argv.slice(2)
const at = args.indexOf('--separator')
const given = at === -1 ? undefined : args.splice(at, 2)[1]
const [file] = args
if (!file) {
  console.error("usage: node profile-csv.mjs data.csv [--separator ';']")
  process.exit(2)
}

const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
const separator = given ?? guessSeparator(text)
const [header = [], ...rows] = parseCsv(text, separator)
console.log(`${rows.length} rows, ${header.length} columns, separator ${JSON.stringify(separator)}`)
const ragged = rows.filter((row) => row.length !== header.length).length
if (ragged > 0) console.log(`! ${ragged} rows have another number of cells than the header`)
if (text.includes('\uFFFD') || /Ã[\u0080-\u00BF]/.test(text)) console.log('! the encoding looks damaged')

for (const [index, name] of header.entries()) {
  const values = rows.map((row) => row[index] ?? '')
  const filled = values.filter((value) => value.trim() !== '')
  const distinct = new Set(filled)
  const shapes = countBy(filled, shapeOf)
  console.log(`\n${name}: ${filled.length} filled, ${distinct.size} distinct`)
  for (const [shape, { count, example }] of shapes.slice(0, 5)) {
    console.log(`  ${String(count).padStart(7)}  ${shape}   e.g. ${JSON.stringify(example)}`)
  }
  if (shapes.length > 5) console.log(`           and ${shapes.length - 5} more shapes`)
  for (const suspicion of suspicions(filled, distinct)) console.log(`  ! ${suspicion}`)
}

function suspicions(filled, distinct) {
  const found = []
  const untrimmed = filled.filter((value) => value !== value.trim() || value.includes('\u00A0')).length
  if (untrimmed > 0) found.push(`${untrimmed} values with stray spaces`)
  const folded = new Set([...distinct].map((value) => value.trim().toLowerCase().replace(/[\s._-]+/g, ' ')))
  if (folded.size < distinct.size) found.push(`${distinct.size - folded.size} values differ from another only in case, spaces or dots`)
  const numbers = filled.filter((value) => /^-?\d[\d.,]*$/.test(value.trim())).length
  if (numbers > 0 && numbers < filled.length && numbers / filled.length > 0.8) {
    found.push(`${filled.length - numbers} values are no numbers in a column of numbers`)
  }
  const missing = filled.filter((value) => /^(n\/?a|null|none|nan|-+|\?+|9999)$/i.test(value.trim())).length
  if (missing > 0) found.push(`${missing} values that may mean "missing"`)
  return found
}

/** `2025-01-31` becomes `9999-99-99`, `Ada L.` becomes `Aa A.`: runs of letters shrink, digits are kept. */
function shapeOf(value) {
  return value
    .trim()
    .slice(0, 40)
    .replace(/\d/g, '9')
    .replace(/\p{Lu}+/gu, 'A')
    .replace(/\p{Ll}+/gu, 'a')
}

function countBy(values, key) {
  const counts = new Map()
  for (const value of values) {
    const entry = counts.get(key(value)) ?? { count: 0, example: value }
    entry.count += 1
    counts.set(key(value), entry)
  }
  return [...counts].sort(([, a], [, b]) => b.count - a.count)
}

function guessSeparator(source) {
  const line = source.slice(0, source.indexOf('\n') === -1 ? undefined : source.indexOf('\n'))
  return [',', ';', '\t', '|'].sort((a, b) => line.split(b).length - line.split(a).length)[0]
}

function parseCsv(source, mark) {
  const table = []
  let row = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < source.length; i += 1) {
    const char = source[i]
    if (quoted) {
      if (char !== '"') cell += char
      else if (source[i + 1] === '"') {
        cell += '"'
        i += 1
      } else quoted = false
    } else if (char === '"' && cell === '') quoted = true
    else if (char === mark) {
      row.push(cell)
      cell = ''
    } else if (char === '\n') {
      row.push(cell.replace(/\r$/, ''))
      table.push(row)
      row = []
      cell = ''
    } else cell += char
  }
  if (cell !== '' || row.length > 0) table.push([...row, cell])
  return table
}
