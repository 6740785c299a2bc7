import assert from 'node:assert/strict'
import type { InstallLedger, InstallRecord, LedgerChange } from '../ports/install-ledger.ts'

/** One thing every ledger must do. */
export interface LedgerCase {
  /** A sentence, for the test's name. */
  readonly name: string
  /** Rejects when the ledger, which is new and empty, does not do it. */
  run(ledger: InstallLedger): Promise<void>
}

/** What every {@link InstallLedger} must do; run each case against a new, empty ledger. */
export const ledgerConformance: readonly LedgerCase[] = [
  {
    name: '[A8] gives back a record with every field it was given',
    async run(ledger) {
      const change = installed('one')
      await ledger.apply(change)
      assert.deepEqual(await ledger.get({ kind: 'skill', slug: 'acme.one' }), change.record)
    },
  },
  {
    name: 'is empty at first, and says so without failing',
    async run(ledger) {
      await ledger.check()
      assert.equal(await ledger.get({ kind: 'skill', slug: 'acme.one' }), undefined)
      assert.equal(await ledger.approval({ kind: 'skill', slug: 'acme.one' }), undefined)
      assert.equal(await ledger.terms({ kind: 'skill', slug: 'acme.one' }), undefined)
      assert.deepEqual(await ledger.list(), [])
      assert.deepEqual(await ledger.audit(), [])
    },
  },
  {
    name: 'changes nothing when the same operation is applied again',
    async run(ledger) {
      const change = installed('one')
      await ledger.apply(change)
      await ledger.apply(installed('two', { operation_id: 'operation-2' }))
      await ledger.apply(change)
      assert.equal((await ledger.list()).length, 2)
      assert.equal((await ledger.audit()).length, 2)
      assert.deepEqual(await ledger.get({ kind: 'skill', slug: 'acme.one' }), change.record)
    },
  },
  {
    name: 'lists by kind, then slug, and by kind alone',
    async run(ledger) {
      await ledger.apply(installed('two', { operation_id: 'b' }))
      await ledger.apply(installed('one', { operation_id: 'c' }))
      await ledger.apply(installed('zoo', { kind: 'plugin', operation_id: 'a' }))
      const names = (await ledger.list()).map(({ kind, slug }) => `${kind} ${slug}`)
      assert.deepEqual(names, ['plugin acme.zoo', 'skill acme.one', 'skill acme.two'])
      assert.equal((await ledger.list({ kind: 'skill' })).length, 2)
    },
  },
  {
    name: 'keeps approval, terms and audit trail of an item that goes',
    async run(ledger) {
      const change = installed('one')
      await ledger.apply(change)
      await ledger.apply({
        ...change,
        operation_id: 'operation-2',
        record: null,
        approval: undefined,
        terms: undefined,
        audit: { ...change.audit, operation_id: 'operation-2', action: 'uninstalled' },
      })
      const item = { kind: 'skill', slug: 'acme.one' } as const
      assert.equal(await ledger.get(item), undefined)
      assert.deepEqual(await ledger.approval(item), change.approval)
      assert.deepEqual(await ledger.terms(item), change.terms)
      const actions = (await ledger.audit(item)).map(({ action }) => action)
      assert.deepEqual(actions, ['installed', 'uninstalled'])
      assert.deepEqual(await ledger.audit({ kind: 'plugin', slug: 'acme.one' }), [])
    },
  },
  {
    name: '[A8] notes that an update is there, and nothing for what is not installed',
    async run(ledger) {
      const item = { kind: 'skill', slug: 'acme.one' } as const
      await ledger.noteUpdate(item, '2.0.0', true)
      assert.equal(await ledger.get(item), undefined)
      await ledger.apply(installed('one'))
      await ledger.noteUpdate(item, '2.0.0', true)
      const noted = await ledger.get(item)
      assert.equal(noted?.is_update_available, true)
      assert.equal(noted?.latest_version, '2.0.0')
      assert.equal(noted?.operation_id, 'operation-1')
    },
  },
  {
    name: 'keeps text as it is, whatever is in it',
    async run(ledger) {
      const marketplace_metadata = { text: `'; DROP TABLE "x" -- \u0000\u2028 ü \u{1F600}` }
      await ledger.apply(installed('one', { marketplace_metadata }))
      const record = await ledger.get({ kind: 'skill', slug: 'acme.one' })
      assert.deepEqual(record?.marketplace_metadata, marketplace_metadata)
    },
  },
]

function installed(
  name: string,
  differing: Partial<InstallRecord> = {},
): LedgerChange & { readonly record: InstallRecord } {
  const { kind = 'skill', operation_id = 'operation-1' } = differing
  const slug = `acme.${name}`
  const at = '2026-07-01T00:00:00.000Z'
  const permissions = ['fs:tmp']
  const record: InstallRecord = {
    kind,
    slug,
    name,
    version: '1.0.0',
    source: 'mothership',
    source_url: `https://mothership.example/${slug}`,
    marketplace_id: 'mothership.example',
    marketplace_version: '1.0.0',
    installed_at: at,
    updated_at: at,
    marketplace_metadata: { rating_average: 4.5 },
    is_update_available: false,
    directory: `/host/${name}`,
    enabled: true,
    author_id: 'acme',
    key_id: 'key',
    manifest_sha256: 'a'.repeat(64),
    package_sha256: 'b'.repeat(64),
    tree_sha256: 'c'.repeat(64),
    permissions,
    provenance: {
      listing_url: `https://mothership.example/${slug}`,
      release: `${kind}/${slug}@1.0.0`,
      author_id: 'acme',
      key_id: 'key',
      approved_at: at,
      text: 'installed from listing X, release Y',
    },
    operation_id,
    ...differing,
  }
  return {
    operation_id,
    kind,
    slug,
    record,
    approval: {
      kind,
      slug,
      author_id: 'acme',
      version: '1.0.0',
      permissions,
      approved_at: at,
      operation_id,
    },
    terms: { kind, slug, version: '1.0.0', terms_url: 'https://x', accepted_at: at, operation_id },
    audit: {
      operation_id,
      at,
      action: 'installed',
      kind,
      slug,
      version: '1.0.0',
      provenance: 'installed from listing X, release Y',
      permissions,
    },
  }
}
