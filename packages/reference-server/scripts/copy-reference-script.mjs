// Before packing: puts the script of the API reference into `dist`, with its licence, so that whoever installs the
// server need not install the package it comes from.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const from = dirname(fileURLToPath(import.meta.resolve('@scalar/api-reference')))
const page = dirname(fileURLToPath(import.meta.resolve('@scalar/hono-api-reference')))
const { version } = JSON.parse(readFileSync(join(from, '..', 'package.json'), 'utf8'))
const licence = readFileSync(join(page, '..', 'LICENSE'), 'utf8')
const script = readFileSync(join(from, 'browser', 'standalone.js'), 'utf8')
const target = join(import.meta.dirname, '..', 'dist', 'reference.js')
writeFileSync(target, `/*! @scalar/api-reference ${version}\n\n${licence}*/\n${script}`)
