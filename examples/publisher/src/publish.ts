// #region readme
import type { AcceptedSubmission } from '@mothership/client'
import { formats } from '@mothership/manifest'
import { packAndSign, readDirectory } from '@mothership/manifest/archive'
import { openAsBlob } from 'node:fs'
import type { Desk } from './enrol.ts'

export async function publish(
  desk: Desk,
  folder: string,
  out: string,
): Promise<AcceptedSubmission> {
  const { mothership, signer, ...names } = desk // a client, the author's key, namespace and author
  const { draft } = formats.claudePlugin.read(await readDirectory(folder), names)
  const { manifest } = await packAndSign(folder, out, draft, signer)
  return mothership.submissions.create({ manifest, package: await openAsBlob(out) })
}
// #endregion
