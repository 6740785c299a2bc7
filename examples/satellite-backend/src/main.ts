// Installs a plugin into ./satellite: `node examples/satellite-backend/src/main.ts sample-marketplace.sql-review`.
import { createMothership } from '@mothership/client'
import { type ApprovalPrompt, InstallerError } from '@mothership/installer-core'
import { createKeyring } from '@mothership/manifest'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { installerFor } from './installer-for.ts'

const url = process.env['MOTHERSHIP_URL'] ?? 'http://127.0.0.1:8787'
const slug = process.argv[2] ?? 'sample-marketplace.sql-review'

const askOnTerminal: ApprovalPrompt = async ({ provenance, permissions }) => {
  console.log(`${provenance.release} of ${provenance.author_id}`)
  for (const { permission, explanation } of permissions) {
    console.log(`  ${permission}: ${explanation}`)
  }
  if (permissions.length === 0) console.log('  asks for nothing')
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question('Install it? [y/N] ')
  terminal.close()
  return { approved: answer.trim().toLowerCase() === 'y' }
}

// Which authors to trust is the host's decision. This one takes the keys the mothership names for the item.
const { keys } = await createMothership({ url }).releases.resolve({ kind: 'plugin', slug })
const installer = installerFor({
  url,
  directory: resolve('satellite'),
  keyring: createKeyring(keys),
  approve: askOnTerminal,
})
await installer.recover()
try {
  const { outcome, record } = await installer.install({ kind: 'plugin', slug })
  console.log(`${outcome}: ${record.slug} ${record.version} in ${record.directory}`)
} catch (error) {
  if (!(error instanceof InstallerError)) throw error
  console.error(`${error.stage}: ${error.message}`)
  process.exitCode = 1
}
