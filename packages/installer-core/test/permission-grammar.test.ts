import { canonicalize } from '@mothership/manifest'
import type { JsonValue } from '@mothership/manifest'
import { describe, expect, it } from 'vitest'
import { createFaultyFileSystem } from './support/faulty-file-system.ts'
import { createMemorySource } from './support/memory-source.ts'
import { createPublisher, pluginFiles, publish, skillFiles } from './support/publisher.ts'
import type { PublishedRelease } from './support/publisher.ts'
import { createSatellite } from './support/satellite.ts'

const acme = createPublisher('acme', ['acme'])
const skill = await publish(acme, { kind: 'skill', slug: 'acme.notes', files: skillFiles() })
const plugin = await publish(acme, { kind: 'plugin', slug: 'acme.tools', files: pluginFiles() })

const refused = [
  ['skill', 'docker:cap:NET_ADMIN', skill],
  ['skill', 'data:read.contacts', skill],
  ['skill', 'mcp:search', skill],
  ['skill', 'network:', skill],
  ['plugin', 'chat_inject', plugin],
  ['plugin', 'mount:home:/home', plugin],
  ['plugin', 'everything', plugin],
] as const

describe('the grammar of permissions', () => {
  it.each([
    ['skill', 'network:api.example.com', skill],
    ['plugin', 'mcp:search', plugin],
  ] as const)('[C3] lets a %s ask for %s', async (_, permission, published) => {
    const { kind, slug } = published.release
    const satellite = createSatellite(createMemorySource(await asking(published, permission)), [
      acme,
    ])
    const { record } = await satellite.installer.install({ kind, slug })
    expect(record.permissions).toEqual([permission])
  })

  // Signed the same way as above: nothing but the grammar stands between these and the host.
  it.each(refused)(
    '[C3] refuses a %s that asks for %s before anything is written to the host',
    async (_, permission, published) => {
      const { kind, slug } = published.release
      const written: string[] = []
      const fs = createFaultyFileSystem(({ name, path }) => {
        const writes = /^(?:makeDirectory|writeNewFile|createFile|rename|copyLink)$/.test(name)
        if (writes && !path.startsWith(satellite.state)) written.push(path)
      })
      const source = createMemorySource(await asking(published, permission))
      const satellite = createSatellite(source, [acme], { fs })
      await expect(satellite.installer.install({ kind, slug })).rejects.toMatchObject({
        code: 'manifest_refused',
        stage: 'verify',
        rule: 'manifest.malformed',
        message: expect.stringContaining('permissions'),
        outcome: 'unchanged',
      })
      expect(written).toEqual([])
      expect(satellite.asked).toEqual([])
      expect(await satellite.installer.list()).toEqual([])
      expect(satellite.stateFiles().filter((path) => !path.startsWith('locks/'))).toEqual([])
    },
  )
})

/** The release with another permission, signed over the very bytes a signature is over; our own signer would refuse. */
async function asking(published: PublishedRelease, permission: string): Promise<PublishedRelease> {
  const signed = published.release.manifest as Record<string, JsonValue>
  const { manifest_signature: _, ...honest } = signed
  const unsigned = { ...honest, permissions: [permission] }
  const body = canonicalize(unsigned)
  const type = 'application/vnd.mothership.manifest.v1+json'
  const head = Buffer.from(`DSSEv1 ${type.length} ${type} ${body.length} `)
  const sig = Buffer.from(await acme.signer.sign(Buffer.concat([head, body]))).toString('base64url')
  const { key_id } = acme.signer
  const manifest = { ...unsigned, manifest_signature: { alg: 'Ed25519', key_id, sig } }
  return { ...published, release: { ...published.release, manifest } }
}
