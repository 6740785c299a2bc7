// #region readme
import type { AcceptedSubmission } from '@mothership/client'
import { formats, signManifest } from '@mothership/manifest'
import { packFiles, readDirectory } from '@mothership/manifest/archive'
import { openAsBlob } from 'node:fs'
import type { Desk } from './enrol.ts'

export async function publish(
  { mothership, signer, ...names }: Desk, // a client with the author's access, the author's key
  folder: string,
  out: string,
): Promise<AcceptedSubmission> {
  const files = await readDirectory(folder)
  const { draft } = formats.claudePlugin.read(files, names) // its namespace and author
  const { files: _tree, ...binding } = await packFiles(files, out) // digests and size
  const manifest = await signManifest({ ...draft, ...binding }, signer)
  return mothership.submissions.create({ manifest, package: await openAsBlob(out) })
}
// #endregion
