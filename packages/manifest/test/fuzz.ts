import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { ArchiveError, readArchive } from '../src/archive/index.ts'
import {
  canonicalize,
  createKeyring,
  kinds,
  kindDefinitionOf,
  type Manifest,
  parseFrontmatter,
  parseManifestDraft,
  ManifestError,
  verifyManifest,
} from '../src/index.ts'
import { fixedKeyPair, keyRecord, signedSkill } from './signed-manifest.ts'
import { buildTar, gnuLongName, paxEntry } from './tar-builder.ts'
import { buildZip } from './zip-builder.ts'

/** A small generator of numbers that are the same in every run. */
export function createRandom(seed: number): (bound: number) => number {
  let state = seed >>> 0
  return (bound) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 12), 0x297a2d39)
    mixed = (mixed ^ (mixed >>> 15)) >>> 0
    return mixed % bound
  }
}

type Random = ReturnType<typeof createRandom>

/** What a run saw; any other outcome is a fault and thrown. */
export interface FuzzOutcome {
  cases: number
  accepted: number
  refused: number
}

/**
 * Mutates signed documents and attributes. Every case must end in a verdict or a typed error, and none may be `valid` unless
 * its canonical form is the one that was signed.
 */
export async function fuzzDocuments(cases: number, seed: number): Promise<FuzzOutcome> {
  const random = createRandom(seed)
  const pair = fixedKeyPair(1)
  const keyring = createKeyring([keyRecord(pair)])
  const signed = await signedSkill(pair, {
    license: 'MIT',
    metadata: { tags: ['a', 'b'] },
    extensions: { 'org.example': { n: [1, 2.5, null] } },
  })
  const canonical = Buffer.from(canonicalize(signed))
  const seeds = [canonical, Buffer.from(JSON.stringify(signed, null, 1))]
  const outcome = { cases, accepted: 0, refused: 0 }
  for (let index = 0; index < cases; index += 1) {
    const bytes = mutate(seeds[index % seeds.length] ?? canonical, random)
    const verdict = verifyManifest(bytes, keyring, { at: '2026-02-01T00:00:00Z' })
    if (verdict.valid) {
      if (!Buffer.from(canonicalize(verdict.manifest)).equals(canonical))
        throw new Error(`case ${index}: changed bytes verify`)
      outcome.accepted += 1
    } else outcome.refused += 1
    if (index % 4 === 0)
      parseFrontmatter(`---\n${bytes.toString('latin1').slice(0, 300)}\n---\nbody`)
    if (index % 60 === 0) compareSchemaTests(signed, random)
  }
  return outcome
}

/** The quick tests and the full schema must agree on every document, good or bad. */
function compareSchemaTests(signed: Manifest, random: Random): void {
  const value = structuredClone(signed) as unknown as Record<string, unknown>
  const keys = Object.keys(value)
  const key = keys[random(keys.length)] ?? 'slug'
  const values = [
    undefined,
    null,
    '',
    'x',
    'a'.repeat(9000),
    -1,
    0.5,
    1e20,
    [],
    ['network', 'network'],
    {},
    { a: 1 },
    true,
    '../x',
    'ok.name',
  ]
  const choice = values[random(values.length)]
  if (choice === undefined) delete value[key]
  else value[key] = choice
  for (const kind of kinds) {
    const { schemas } = kindDefinitionOf(kind)
    const whole = { ...value, kind }
    if (schemas.tests.signed?.(whole) !== schemas.signed.safeParse(whole).success) {
      throw new Error(
        `the quick test of ${kind} and its schema disagree on ${key} = ${JSON.stringify(choice)}`,
      )
    }
  }
}

/**
 * Mutates archives. A tar is changed first and compressed then, or its checksum would stop nearly all; header checksums are
 * mended in half of the cases for the same reason. Every case must end in a reading or an {@link ArchiveError}.
 */
export async function fuzzArchives(cases: number, seed: number): Promise<FuzzOutcome> {
  const random = createRandom(seed)
  const content = 'Reviews a change, and says what to improve. '.repeat(8)
  const tars = [
    buildTar([
      { name: 'SKILL.md', content },
      { name: 'scripts/', type: '5' },
      { name: 'scripts/run.sh', mode: 0o755, content: '#!/bin/sh\n' },
    ]),
    buildTar([
      paxEntry({ path: 'references/ä.md', mtime: '1.5' }),
      { name: 'x', content },
      { name: 'empty' },
    ]),
    buildTar([
      gnuLongName(`${'deep/'.repeat(24)}file.md`),
      { name: 'x', content, magic: 'ustar  \0' },
    ]),
  ]
  const zips = [
    buildZip([
      { name: 'SKILL.md', content },
      { name: 'a/b.txt', content: 'stored', stored: true },
    ]),
  ]
  const outcome = { cases, accepted: 0, refused: 0 }
  for (let index = 0; index < cases; index += 1) {
    const bytes =
      index % 4 === 3
        ? mutate(zips[0] ?? Buffer.alloc(0), random)
        : mutatedTar(tars[index % 3] ?? Buffer.alloc(0), random)
    try {
      const { files, contents } = await readArchive(bytes)
      for (const { path, size } of files) {
        if (contents.get(path)?.bytes.length !== size)
          throw new Error(`case ${index}: size of ${path}`)
        if (path.startsWith('/') || path.split('/').includes('..'))
          throw new Error(`case ${index}: name ${path}`)
      }
      outcome.accepted += 1
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error
      outcome.refused += 1
    }
  }
  return outcome
}

function mutatedTar(tar: Buffer, random: Random): Buffer {
  const bytes = mutate(tar, random)
  if (random(2) === 0) mendChecksums(bytes)
  return random(3) === 0 ? bytes : gzipSync(bytes, { level: 1 })
}

function mendChecksums(bytes: Buffer): void {
  for (let offset = 0; offset + 512 <= bytes.length; offset += 512) {
    if (bytes.toString('latin1', offset + 257, offset + 262) !== 'ustar') continue
    bytes.fill(0x20, offset + 148, offset + 156)
    const sum = bytes.subarray(offset, offset + 512).reduce((total, byte) => total + byte, 0)
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, offset + 148, 'latin1')
  }
}

const interesting = [
  0x00, 0xff, 0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x2c, 0x3a, 0x2f, 0x2e, 0x30, 0x2d, 0x0a, 0x80, 0xc3,
]

/** One to four changes: bytes set, flipped, removed, doubled, exchanged, cut off. */
function mutate(seed: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(seed)
  for (let count = 1 + random(4); count > 0; count -= 1) {
    const at = random(Math.max(1, bytes.length))
    const length = 1 + random(16)
    switch (random(7)) {
      case 0:
        bytes[at] = random(256)
        break
      case 1:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8))
        break
      case 2:
        bytes[at] = interesting[random(interesting.length)] ?? 0
        break
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
        break
      case 4:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          bytes.subarray(at, at + length),
          bytes.subarray(at),
        ])
        break
      case 5:
        bytes.copy(bytes, at, random(Math.max(1, bytes.length)), random(Math.max(1, bytes.length)))
        break
      default:
        if (random(4) === 0) bytes = Buffer.from(bytes.subarray(0, at))
    }
  }
  return bytes
}

/** Any JSON value, strings with all kinds of characters. */
export const jsonValues: fc.Arbitrary<unknown> = fc.jsonValue({
  maxDepth: 4,
  stringUnit: 'binary',
})

/** Draft-like documents of any shape: never anything but a draft or a typed error. */
export function parseAnything(value: unknown): void {
  try {
    parseManifestDraft(value)
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error
  }
}
