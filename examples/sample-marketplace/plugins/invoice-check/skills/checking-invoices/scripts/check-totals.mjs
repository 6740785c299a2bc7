// Checks the arithmetic, the IBAN and the dates of one invoice given as JSON.
// Usage: node check-totals.mjs invoice.json     Exit code 0: nothing found, 1: findings, 2: unusable input.
import { readFileSync } from 'node:fs'

const [file] = process.argv.slice(2)
if (!file) stop('usage: node check-totals.mjs invoice.json')
let invoice
try {
  invoice = JSON.parse(readFileSync(file, 'utf8'))
} catch (error) {
  stop(`cannot read ${file}: ${error.message}`)
}

const findings = []
const lines = Array.isArray(invoice.lines) ? invoice.lines : []
const netByRate = new Map()
for (const [index, line] of lines.entries()) {
  const amount = decimal(line.amount, 2, `line ${index + 1} amount`)
  // Quantities and prices may have up to six decimals; the product is rounded to cents once.
  const quantity = decimal(line.quantity, 6, `line ${index + 1} quantity`)
  const price = decimal(line.unit_price, 6, `line ${index + 1} unit_price`)
  compare(`line ${index + 1}`, divideRounded(quantity * price, 10n ** 10n), amount)
  const rate = String(line.tax_rate ?? '0')
  netByRate.set(rate, (netByRate.get(rate) ?? 0n) + amount)
}
const net = [...netByRate.values()].reduce((sum, value) => sum + value, 0n)
let tax = 0n
for (const [rate, value] of netByRate) {
  tax += divideRounded(value * decimal(rate, 4, 'tax_rate'), 10n ** 6n)
}
compare('net', net, decimal(invoice.net, 2, 'net'))
// A tax of one cent more or less a rate is usual: some suppliers round line by line.
compare('tax', tax, decimal(invoice.tax, 2, 'tax'), BigInt(netByRate.size))
compare('gross', decimal(invoice.net, 2, 'net') + decimal(invoice.tax, 2, 'tax'), decimal(invoice.gross, 2, 'gross'))
if (lines.length === 0) findings.push('there are no lines')
if (invoice.iban && !isIban(invoice.iban)) findings.push('the IBAN\'s check digits are wrong')
if (invoice.date && invoice.due && invoice.due < invoice.date) findings.push('due before it was written')

for (const finding of findings) console.log(finding)
console.log(findings.length === 0 ? 'nothing found' : `${findings.length} findings`)
process.exitCode = findings.length === 0 ? 0 : 1

function compare(what, expected, stated, tolerance = 0n) {
  const difference = expected > stated ? expected - stated : stated - expected
  if (difference > tolerance) findings.push(`${what}: calculated ${show(expected)}, stated ${show(stated)}`)
}

function decimal(text, places, what) {
  const match = String(text ?? '').trim().match(/^(-?)(\d{1,12})(?:\.(\d+))?$/)
  if (!match || (match[3] ?? '').length > places) {
    stop(`${what}: expected a number such as 12.50 with at most ${places} decimals, got ${JSON.stringify(text)}`)
  }
  const value = BigInt(match[2] + (match[3] ?? '').padEnd(places, '0'))
  return match[1] === '-' ? -value : value
}

function divideRounded(value, divisor) {
  const half = divisor / 2n
  return value >= 0n ? (value + half) / divisor : -((-value + half) / divisor)
}

function show(cents) {
  const digits = String(cents < 0n ? -cents : cents).padStart(3, '0')
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

function isIban(text) {
  const iban = String(text).replace(/\s/g, '').toUpperCase()
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban)) return false
  const digits = [...(iban.slice(4) + iban.slice(0, 4))].map((char) => Number.parseInt(char, 36)).join('')
  return BigInt(digits) % 97n === 1n
}

function stop(message) {
  console.error(message)
  process.exit(2)
}
