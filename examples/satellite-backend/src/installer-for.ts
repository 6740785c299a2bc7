// #region readme
import { createMothership } from '@mothership/client'
import { createInstaller, type Installer, type InstallerOptions } from '@mothership/installer-core'

type Host = Pick<InstallerOptions, 'keyring' | 'approve'> & { url: string; directory: string }

export function installerFor({ url, directory, keyring, approve }: Host): Installer {
  return createInstaller({
    directory: `${directory}/state`, // journal, ledger, held packages
    targets: { plugin: `${directory}/plugins`, skill: `${directory}/skills` },
    source: createMothership({ url }).releases,
    keyring, // the authors this host trusts
    approve, // this host's own screen: it gets every permission with a sentence that explains it
  })
}
// #endregion
