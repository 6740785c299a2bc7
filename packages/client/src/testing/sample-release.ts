import {
  type ContentByKind,
  createSigner,
  type KeyRecord,
  keyPairFromSecret,
  manifestDigest,
  pluralOfKind,
  sha256,
  signManifest,
  treeDigest,
  type UnsignedManifest,
} from '@mothership/manifest'
import type { ItemSummary, Release } from '../contract/index.ts'

/** A release and the package it names. */
export interface SampleRelease {
  readonly release: Release
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** The file each sample consists of. */
const fileName = 'README.md'

/** What an item of each kind must at least hold. */
const contents: ContentByKind = {
  app: { services: [] },
  skill: { instructions: fileName },
  widget: { entry: fileName },
  theme: { variables: { '--accent': '#336699' } },
  plugin: {},
  agent: { instructions: fileName },
  domain: { configuration: {} },
  component: { entry: fileName },
  persona: { system_prompt: 'You are helpful and brief.' },
}

/** Makes the newest release of an item: a tar archive of one file, and a manifest that is really signed. */
export async function createSampleRelease(item: ItemSummary): Promise<SampleRelease> {
  const text = new TextEncoder().encode(`# ${item.name}\n\n${item.description}\n`)
  const bytes = createTar(fileName, text)
  const files = [{ path: fileName, sha256: sha256(text), size: text.length, executable: false }]
  const keyPair = keyPairFromSecret(hexBytes(sha256(new TextEncoder().encode(item.author_id))))
  const unsigned = {
    schema_version: '1.0',
    kind: item.kind,
    slug: item.slug,
    name: item.name,
    version: item.version,
    author_id: item.author_id,
    description: item.description,
    ...(item.license === null ? {} : { license: item.license }),
    permissions: [],
    content: contents[item.kind],
    package_sha256: sha256(bytes),
    package_size: bytes.length,
    tree_sha256: treeDigest(files),
  } as UnsignedManifest // kind and content are of one kind
  const manifest = await signManifest(unsigned, createSigner(keyPair))
  const key: KeyRecord = {
    key_id: keyPair.key_id,
    public_key: toHex(keyPair.public_key),
    author_id: item.author_id,
    namespaces: [item.author_id],
    valid_from: '2024-01-01T00:00:00Z',
  }
  const place = `${pluralOfKind(item.kind)}/${item.slug}`
  const release: Release = {
    kind: item.kind,
    slug: item.slug,
    version: item.version,
    author_id: item.author_id,
    package_sha256: unsigned.package_sha256,
    package_size: unsigned.package_size,
    tree_sha256: unsigned.tree_sha256,
    approved_at: item.published_at,
    status: 'active',
    status_reason: null,
    channel: 'stable',
    min_host_version: null,
    release_notes: null,
    record: null,
    manifest: JSON.parse(JSON.stringify(manifest)) as Release['manifest'],
    manifest_sha256: manifestDigest(manifest),
    files,
    keys: [key],
    key_id: keyPair.key_id,
    custody: 'self',
    package_url: `/api/v1/marketplace/releases/${place}/${item.version}/package`,
    listing_url: `/${place}`,
  }
  return { release, bytes }
}

/** A POSIX ustar archive of one file. */
function createTar(name: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = 1 + Math.ceil(content.length / 512) + 2 // two empty blocks end it
  const tar = new Uint8Array(blocks * 512)
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0')
  const field = (offset: number, text: string) => tar.set(new TextEncoder().encode(text), offset)
  field(0, name)
  field(100, '0000644\0')
  field(108, '0000000\0')
  field(116, '0000000\0')
  field(124, `${octal(content.length, 11)}\0`)
  field(136, `${octal(0, 11)}\0`)
  field(148, '        ') // the checksum counts as spaces while it is taken
  field(156, '0')
  field(257, 'ustar\u000000')
  const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  field(148, `${octal(sum, 6)}\0 `)
  tar.set(content, 512)
  return tar
}

function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
