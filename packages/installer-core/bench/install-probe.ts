// One install in a process of its own; prints the peak of its memory in KiB.
import { createReadStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInstaller } from '@mothership/installer-core'
import type { ArtifactRelease } from '@mothership/installer-core'
import { createKeyring } from '@mothership/manifest'
import type { KeyRecord } from '@mothership/manifest'

interface Probe {
  readonly task: 'ours' | 'pacote' | 'nothing'
  readonly out: string
  readonly key: KeyRecord
  readonly sample: {
    readonly release: ArtifactRelease
    readonly archive: string
    readonly npmArchive: string
  }
}

const { task, out, key, sample } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Probe
if (task === 'ours') {
  const installer = createInstaller({
    directory: join(out, 'state'),
    targets: { skill: join(out, 'skills') },
    keyring: createKeyring([key]),
    approve: async () => ({ approved: true }),
    source: {
      resolve: async () => sample.release,
      download: () => createReadStream(sample.archive, { highWaterMark: 64 * 1024 }),
    },
  })
  await installer.install(sample.release)
} else if (task === 'pacote') {
  const { default: pacote } = await import('pacote')
  await pacote.extract(`file:${sample.npmArchive}`, join(out, 'tree'), {
    cache: join(out, 'cache'),
  })
}
process.stdout.write(String(process.resourceUsage().maxRSS))
