import { eq, like } from 'drizzle-orm'
import {
  createSigner,
  generateKeyPair,
  type JsonValue,
  type KeyRecord,
  keyPairFromSecret,
  parseJson,
  type Signer,
} from '@mothership/manifest'
import { releaseRecord } from '@mothership/manifest/documents'
import type { Database } from '../../db/index.ts'
import { mothershipFacts } from '../../db/schema/mothership.ts'
import { releaseRecords } from '../../db/schema/releases.ts'
import type { Deps } from '../../ports/deps.ts'
import type { releases } from '../../db/schema/catalog.ts'

/** The key this mothership vouches with, and what it signed with it. */
export interface ReleaseRecords {
  /** The release key: made at its first use, kept among the server's secrets, its public half among the facts. */
  signer(tx: Database): Promise<Signer>
  /** Every release key there was, oldest first; hosts verify records and revocation lists with them. */
  keys(): Promise<KeyRecord[]>
  /** Signs the record of a release within the transaction that makes it. */
  countersign(tx: Database, release: typeof releases.$inferSelect): Promise<void>
  /** The record as it was signed; null for a release that is older than records. */
  find(release_id: string): Promise<JsonValue | null>
}

/** Makes the records of a mothership. */
export function createReleaseRecords({
  db,
  secrets,
  clock,
  identity,
}: Pick<Deps, 'db' | 'secrets' | 'clock' | 'identity'>): ReleaseRecords {
  const { mothership_id } = identity

  const signer: ReleaseRecords['signer'] = async (tx) => {
    const secret = await secrets.readOrCreate('release-key', () =>
      Promise.resolve(generateKeyPair().secret_key),
    )
    const made = createSigner(keyPairFromSecret(secret))
    const key: KeyRecord = {
      key_id: made.key_id,
      public_key: Buffer.from(made.public_key).toString('hex'),
      author_id: mothership_id,
      namespaces: [],
      // An approval that began before its key was first asked for is judged at its beginning.
      valid_from: new Date(clock.now().getTime() - headStartMs).toISOString(),
    }
    await tx
      .insert(mothershipFacts)
      .values({ name: `${factPrefix}${made.key_id}`, value: key })
      .onConflictDoNothing()
    return made
  }

  return {
    signer,
    keys: async () => {
      await signer(db)
      const facts = await db
        .select({ value: mothershipFacts.value })
        .from(mothershipFacts)
        .where(like(mothershipFacts.name, `${factPrefix}%`))
        .orderBy(mothershipFacts.created_at, mothershipFacts.name)
      return facts.map(({ value }) => value as KeyRecord) // written above, and nowhere else
    },

    countersign: async (tx, release) => {
      const signed = await releaseRecord.sign(
        {
          schema_version: '1.0',
          document: 'release_record',
          mothership_id,
          kind: release.kind,
          slug: release.slug,
          version: release.version,
          manifest_sha256: release.manifest_sha256,
          package_sha256: release.package_sha256,
          package_size: release.package_size,
          tree_sha256: release.tree_sha256,
          key_id: release.key_id,
          custody: release.custody,
          approved_at: release.approved_at.toISOString(),
        },
        await signer(tx),
      )
      const row = { release_id: release.id, record: JSON.stringify(signed), signed_at: clock.now() }
      await tx.insert(releaseRecords).values(row)
    },

    find: async (release_id) => {
      const [row] = await db
        .select({ record: releaseRecords.record })
        .from(releaseRecords)
        .where(eq(releaseRecords.release_id, release_id))
      return row === undefined ? null : parseJson(row.record)
    },
  }
}

const factPrefix = 'release_key:'

/** Longer than any approval takes. */
const headStartMs = 3_600_000
