import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { build } from 'tsup'
import { afterEach, describe, expect, it } from 'vitest'
import { useCryptoBackend } from '../src/index.ts'
import { column } from './browser-entry.ts'
import { listShared, missingShared, readShared } from './shared-data.ts'
import { fixedKeyPair, keyRecord, signedSkill } from './signed-manifest.ts'
import { readVerdictCases } from './verdict-cases.ts'

const browserPath = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => existsSync(path))
const missing =
  missingShared('vectors/ed25519') ??
  (browserPath === undefined ? 'no Chromium in /usr/bin' : undefined)

interface TableInput {
  signatures: [string, string, string][]
  documents: string[]
  manifests: string[]
  keys: string
  at: string
}

type Column = string[]

afterEach(() => useCryptoBackend('auto'))

describe.skipIf(missing !== undefined)(`verdicts on every runtime ${missing ?? ''}`, () => {
  it('[TM9] [TM10] [TM11] are equal on Node, in noble and in a browser, for every vector', async () => {
    const input = await tableInput()
    const node = fill(input, 'node')
    const noble = fill(input, 'noble')
    const browser = await fillInBrowser(input)
    expect(node[0]).toBe('node')
    expect(noble[0]).toBe('noble')
    expect(browser[0]).toBe('noble')
    const differing = node
      .map((verdict, row) => [row, verdict, noble[row], browser[row]])
      .filter(([row, verdict, ...others]) => row !== 0 && others.some((other) => other !== verdict))
    expect(differing).toEqual([])
    expect(node.length).toBeGreaterThan(1300)
  })
})

async function tableInput(): Promise<TableInput> {
  const pair = fixedKeyPair(7)
  const signed = JSON.stringify(await signedSkill(pair))
  return {
    signatures: readVerdictCases().map((test) => [test.signature, test.message, test.public_key]),
    documents: listShared('vectors/json/JSONTestSuite')
      .map((file) => readShared('vectors/json/JSONTestSuite', file).toString('hex'))
      .filter((hex) => hex.length < 20_000),
    manifests: [
      signed,
      signed.replace('Reviews', 'Skips'),
      signed.replace('acme.review', 'other.review'),
      signed.replace('"Ed25519"', '"none"'),
      signed.replace(/"sig":"(.)/, '"sig":"_'),
      `{"a":1,${signed.slice(1)}`,
      '{"kind":"skill","kind":"skill"}',
    ],
    keys: JSON.stringify([keyRecord(pair)]),
    at: '2026-02-01T00:00:00Z',
  }
}

function fill(input: TableInput, backend: 'node' | 'noble'): Column {
  useCryptoBackend(backend)
  return [
    column.backend(),
    ...input.signatures.map((test) => String(column.signature(...test))),
    ...input.documents.map((document) => column.json(document)),
    ...input.manifests.map((text) => column.manifest(text, input.keys, input.at)),
  ]
}

async function fillInBrowser(input: TableInput): Promise<Column> {
  const outDir = mkdtempSync(join(tmpdir(), 'verdict-table-'))
  await build({
    config: false,
    entry: { column: fileURLToPath(new URL('browser-entry.ts', import.meta.url)) },
    outDir,
    format: ['iife'],
    globalName: 'table',
    platform: 'browser',
    noExternal: [/.*/],
    dts: false,
    silent: true,
    clean: false,
  })
  const script = readFileSync(join(outDir, 'column.global.js'), 'utf8')
  // As root, as in containers, Chromium refuses its own sandbox; the page loads nothing but this bundle.
  const browser = await chromium.launch({
    executablePath: browserPath ?? '',
    args: ['--no-sandbox'],
  })
  try {
    const page = await browser.newPage()
    await page.addScriptTag({ content: script })
    return await page.evaluate((rows) => {
      const { column: page } = (globalThis as unknown as { table: { column: typeof column } }).table
      return [
        page.backend(),
        ...rows.signatures.map((test) => String(page.signature(...test))),
        ...rows.documents.map((document) => page.json(document)),
        ...rows.manifests.map((text) => page.manifest(text, rows.keys, rows.at)),
      ]
    }, input)
  } finally {
    await browser.close()
  }
}
