// Compares a translated message file with its source, key by key.
// Usage: node compare-messages.mjs source.json translation.json     Exit code 1 when there are findings.
import { readFileSync } from 'node:fs'

const [sourceFile, translationFile] = process.argv.slice(2)
if (!sourceFile || !translationFile) {
  console.error('usage: node compare-messages.mjs source.json translation.json')
  process.exit(2)
}

const source = flatten(readMessages(sourceFile))
const translation = flatten(readMessages(translationFile))
const findings = []
for (const [key, text] of source) {
  const translated = translation.get(key)
  if (translated === undefined) {
    findings.push(`${key}: missing`)
    continue
  }
  report(key, 'placeholder', placeholders(text), placeholders(translated))
  report(key, 'tag', tags(text), tags(translated))
  if (text === translated && /\p{L}{4,}/u.test(text)) findings.push(`${key}: same text as the source`)
}
for (const key of translation.keys()) if (!source.has(key)) findings.push(`${key}: not in the source`)

for (const finding of findings) console.log(finding)
console.log(`${source.size} messages, ${findings.length} findings`)
process.exitCode = findings.length === 0 ? 0 : 1

function report(key, what, before, after) {
  for (const name of before) if (!after.includes(name)) findings.push(`${key}: ${what} lost: ${name}`)
  for (const name of after) if (!before.includes(name)) findings.push(`${key}: ${what} added: ${name}`)
}

/** In ICU plurals and selects only the argument's name counts; each branch has words of its own. */
function placeholders(text) {
  const braces = [...text.matchAll(/\{\{?\s*([\w.]+)\s*(?=[},])/g)].map((match) => `{${match[1]}}`)
  const percents = [...text.matchAll(/%(?:\d+\$)?[sdif@]/g)].map((match) => match[0])
  return [...new Set([...braces, ...percents])]
}

function tags(text) {
  return [...new Set([...text.matchAll(/<\/?[a-z][\w-]*/gi)].map((match) => `${match[0]}>`))]
}

function flatten(value, prefix = '', into = new Map()) {
  if (typeof value === 'string') into.set(prefix, value)
  else if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) flatten(inner, prefix === '' ? key : `${prefix}.${key}`, into)
  }
  return into
}

function readMessages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    console.error(`cannot read ${file}: ${error.message}`)
    return process.exit(2)
  }
}
