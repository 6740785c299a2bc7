import { createHash } from 'node:crypto'
import type { BlobStore } from '../ports/blob-store.ts'

/** One thing every blob store must do; `run` rejects when it does not. */
export interface ConformanceCase<Port> {
  readonly name: string
  readonly run: (port: Port) => Promise<void>
}

/**
 * What every BlobStore must do, for any test runner:
 * `it.each(blobStoreConformance)('$name', async ({ run }) => run(await openStore()))`.
 */
export const blobStoreConformance: readonly ConformanceCase<BlobStore>[] = [
  {
    name: 'gives back the bytes that were put, and their digest and size',
    run: async (store) => {
      const bytes = pattern(700_001)
      const info = await store.put(inPieces(bytes, 65_536))
      equal(info, { sha256: digestOf(bytes), size: bytes.length })
      equal(await store.stat(info.sha256), info)
      equalBytes(await all(await store.get(info.sha256)), bytes)
    },
  },
  {
    name: 'stores the empty blob',
    run: async (store) => {
      const info = await store.put(inPieces(new Uint8Array(), 1))
      equal(info.size, 0)
      equalBytes(await all(await store.get(info.sha256)), new Uint8Array())
    },
  },
  {
    name: 'gives any span of the bytes, both ends included',
    run: async (store) => {
      const bytes = pattern(300_000)
      const { sha256 } = await store.put(inPieces(bytes, 10_000))
      for (const [start, end] of [
        [0, 0],
        [1, 4],
        [262_143, 262_145],
        [299_999, 299_999],
        [299_990, 400_000],
      ] as const) {
        equalBytes(
          await all(await store.get(sha256, { start, end })),
          bytes.subarray(start, end + 1),
        )
      }
      equalBytes(await all(await store.get(sha256, { start: 299_998 })), bytes.subarray(299_998))
    },
  },
  {
    name: 'refuses a span that starts beyond the end',
    run: async (store) => {
      const { sha256 } = await store.put(inPieces(pattern(10), 10))
      await refused('blob_range', store.get(sha256, { start: 10 }))
      await refused('blob_range', store.get(sha256, { start: -1 }))
    },
  },
  {
    name: 'refuses bytes with another digest, another size, or too many of them, and keeps nothing of them',
    run: async (store) => {
      const bytes = pattern(5_000)
      const sha256 = digestOf(bytes)
      await refused(
        'blob_mismatch',
        store.put(inPieces(bytes, 999), { sha256: digestOf(pattern(1)) }),
      )
      await refused('blob_mismatch', store.put(inPieces(bytes, 999), { size: 4_999 }))
      await refused('blob_mismatch', store.put(inPieces(bytes, 999), { size: 5_001 }))
      await refused('blob_mismatch', store.put(inPieces(bytes, 999), { maxBytes: 4_999 }))
      equal(await store.stat(sha256), undefined)
      equal(await store.put(inPieces(bytes, 999), { sha256, size: 5_000, maxBytes: 5_000 }), {
        sha256,
        size: 5_000,
      })
    },
  },
  {
    name: 'keeps nothing of an upload that breaks off',
    run: async (store) => {
      const bytes = pattern(6_007)
      const broken = async function* (): AsyncGenerator<Uint8Array> {
        yield bytes.subarray(0, 6_007)
        throw new Error('the line broke')
      }
      await store.put(broken()).then(
        () => fail('a broken upload was stored'),
        (error: unknown) => equal(error instanceof Error && error.message, 'the line broke'),
      )
      equal(await store.stat(digestOf(bytes)), undefined)
    },
  },
  {
    name: 'takes the same bytes twice, at the same time too',
    run: async (store) => {
      const bytes = pattern(100_000)
      const infos = await Promise.all([1, 7, 13].map((n) => store.put(inPieces(bytes, n * 1_000))))
      for (const info of infos) equal(info.sha256, digestOf(bytes))
      equalBytes(await all(await store.get(digestOf(bytes))), bytes)
    },
  },
  {
    name: 'lets a reader finish after the blob was deleted, and answers whether there was one',
    run: async (store) => {
      const bytes = pattern(600_000)
      const { sha256 } = await store.put(inPieces(bytes, 100_000))
      const reader = await store.get(sha256)
      equal(await store.delete(sha256), true)
      equal(await store.delete(sha256), false)
      equalBytes(await all(reader), bytes)
      equal(await store.stat(sha256), undefined)
      await refused('blob_missing', store.get(sha256))
    },
  },
  {
    name: 'never takes a key for a path',
    run: async (store) => {
      for (const key of ['../../etc/passwd', '..', '', 'A'.repeat(64), `${'a'.repeat(63)}/`]) {
        await refused('blob_missing', store.get(key))
        await refused('blob_missing', store.stat(key))
        await refused('blob_missing', store.delete(key))
      }
    },
  },
  {
    name: 'stops reading when told to, on both sides',
    run: async (store) => {
      const bytes = pattern(2_000_000)
      const stop = new AbortController()
      const { sha256 } = await store.put(inPieces(bytes, 100_000))
      const reader = (await store.get(sha256, undefined, { signal: stop.signal })).getReader()
      await reader.read()
      stop.abort()
      await refused('AbortError', readToEnd(reader))
      await refused('AbortError', store.put(inPieces(pattern(9), 1), { signal: stop.signal }))
    },
  },
]

function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 31 + (at >> 8)) & 0xff
  return bytes
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function all(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

async function readToEnd(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  while (!(await reader.read()).done);
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function refused(code: string, promise: Promise<unknown>): Promise<void> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Error)) fail(`expected a refusal with ${code}, none came`)
  const came = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  if (came !== code && error.name !== code) fail(`expected a refusal with ${code}, ${came} came`)
}

function equal(actual: unknown, expected: unknown): void {
  const [came, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (came !== wanted) fail(`expected ${wanted}, ${came} came`)
}

function equalBytes(actual: Uint8Array, expected: Uint8Array): void {
  equal(
    { size: actual.length, sha256: digestOf(actual) },
    { size: expected.length, sha256: digestOf(expected) },
  )
}

function fail(message: string): never {
  throw new Error(message)
}
