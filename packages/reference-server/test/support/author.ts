import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyProofMessage, type Submission } from '@mothership/client/contract'
import {
  createSigner,
  generateKeyPair,
  type KeyPair,
  type Manifest,
  type Signer,
  signManifest,
  type UnsignedManifest,
} from '@mothership/manifest'
import { packFiles } from '@mothership/manifest/archive'
import type { TestApp } from './test-app.ts'

/** A registered author with one key. */
export interface Author {
  readonly author_id: string
  readonly accessKey: string
  readonly keyPair: KeyPair
  readonly signer: Signer
}

/** Registers an author through the API, key and proof included. */
export async function registerAuthor(
  { request, operatorKey }: TestApp,
  author_id: string,
  namespaces: readonly string[] = [author_id],
): Promise<Author> {
  const created = await request('/api/v1/publishers', {
    key: operatorKey,
    json: { author_id, display_name: `The author ${author_id}`, namespaces },
  })
  const { access_key } = await answer<{ access_key: string }>(created, 201)
  const keyPair = generateKeyPair()
  const signer = createSigner(keyPair)
  const added = await request(`/api/v1/publishers/${author_id}/keys`, {
    key: access_key,
    json: await proofOf(author_id, signer),
  })
  await answer(added, 201)
  return { author_id, accessKey: access_key, keyPair, signer }
}

/** What registers a key. */
export async function proofOf(
  author_id: string,
  signer: Signer,
): Promise<{ public_key: string; proof: string }> {
  const public_key = Buffer.from(signer.public_key).toString('hex')
  const signature = await signer.sign(keyProofMessage({ author_id, public_key }))
  return { public_key, proof: Buffer.from(signature).toString('base64url') }
}

/** A signed manifest and its package. */
export interface SignedPackage {
  readonly manifest: Manifest
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Packs and signs a small skill. */
export async function signSkill(
  author: Pick<Author, 'author_id' | 'signer'>,
  overrides: Partial<UnsignedManifest> & { readonly text?: string } = {},
): Promise<SignedPackage> {
  const { text = 'Count the words of a text.', ...fields } = overrides
  const name = 'word-count'
  const skill = `---\nname: ${name}\ndescription: Counts words.\n---\n\n${text}\n`
  const packed = await packText({ 'SKILL.md': skill })
  const unsigned = {
    schema_version: '1.0',
    kind: 'skill',
    slug: `${author.author_id}.${name}`,
    name: 'Word count',
    version: '1.0.0',
    author_id: author.author_id,
    description: 'Counts the words of a text and says how long it takes to read.',
    license: 'MIT',
    permissions: [],
    metadata: { category: 'writing', tags: ['text', 'counting'] },
    content: { instructions: 'SKILL.md' },
    ...packed.binding,
    ...fields,
  } as UnsignedManifest
  return { manifest: await signManifest(unsigned, author.signer), bytes: packed.bytes }
}

/** Packs texts by path. */
export async function packText(files: Readonly<Record<string, string>>): Promise<{
  binding: Pick<Manifest, 'package_sha256' | 'package_size' | 'tree_sha256'>
  bytes: Uint8Array<ArrayBuffer>
}> {
  const folder = await mkdtemp(join(tmpdir(), 'mothership-pack-'))
  try {
    const path = join(folder, 'package.tar.gz')
    const map = new Map(
      Object.entries(files).map(([name, text]) => [
        name,
        { bytes: new TextEncoder().encode(text), executable: false },
      ]),
    )
    const { package_sha256, package_size, tree_sha256 } = await packFiles(map, path)
    const bytes = new Uint8Array(await readFile(path))
    return { binding: { package_sha256, package_size, tree_sha256 }, bytes }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Submits as a browser's form would. */
export async function submit(
  { request }: TestApp,
  accessKey: string,
  { manifest, bytes }: { manifest: unknown; bytes: Uint8Array<ArrayBuffer> },
): Promise<Response> {
  const form = new FormData()
  const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest)
  form.append('manifest', new Blob([text], { type: 'application/json' }), 'manifest.json')
  form.append('package', new Blob([bytes], { type: 'application/gzip' }), 'package.tar.gz')
  return request('/api/v1/submissions', { key: accessKey, body: form })
}

/** Submits and approves: the item is in the catalogue afterwards. */
export async function release(
  app: TestApp,
  author: Author,
  overrides: Parameters<typeof signSkill>[1] = {},
): Promise<SignedPackage & { submission: Submission }> {
  const signed = await signSkill(author, overrides)
  const { id } = await answer<Submission>(await submit(app, author.accessKey, signed), 201)
  const approved = await app.request(`/api/v1/admin/moderation/queue/${id}/approve`, {
    key: app.operatorKey,
    json: {},
  })
  return { ...signed, submission: await answer<Submission>(approved, 200) }
}

/** The body of an answer of the expected status; the whole problem in the failure otherwise. */
export async function answer<Body>(response: Response, status: number): Promise<Body> {
  const text = await response.text()
  if (response.status !== status) {
    throw new Error(`expected ${status}, got ${response.status}: ${text.slice(0, 2000)}`)
  }
  return JSON.parse(text) as Body
}
