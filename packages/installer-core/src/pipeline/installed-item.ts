import { manifestDigest, parseManifest, treeDigest } from '@mothership/manifest'
import type { Manifest, TreeFile } from '@mothership/manifest'
import { InstallerError } from '../errors.ts'
import type { Placement } from '../journal/journal-line.ts'
import type { ArtifactRelease } from '../ports/artifact-source.ts'
import type { AdapterItem } from '../ports/kind-adapter.ts'
import { adapterItem } from '../stages/prepare.ts'
import { readHeldRelease } from '../state/held-releases.ts'
import type { Engine } from './engine.ts'

/** An installed item with what is held about it. */
export interface InstalledItem {
  readonly placement: Placement
  readonly release: ArtifactRelease
  readonly manifest: Manifest
  readonly files: readonly TreeFile[]
  /** As its adapter sees it; reads come from the installed tree. */
  readonly item: AdapterItem
}

/** Reads back what is held about an installed item. */
export async function installedItem(engine: Engine, placement: Placement): Promise<InstalledItem> {
  const { kind, slug, version } = placement
  const release = await readHeldRelease(engine.fs, engine.state, placement.manifest_sha256)
  const target = engine.targets[kind]
  if (release === undefined || target === undefined) {
    throw new InstallerError({
      code: target === undefined ? 'unsupported_kind' : 'tree_damaged',
      stage: 'request',
      rule: target === undefined ? 'kind.has_target' : 'held.present',
      message:
        target === undefined
          ? `Expected a target for kind ${kind}; it was taken out of the options. Put it back to work on ${slug}.`
          : `Expected the release of ${kind} ${slug} ${version} to be held; it is gone from the installer's directory. Install it again.`,
      item: { kind, slug, version },
    })
  }
  const manifest = parseManifest(release.manifest)
  // The digest was written down when the signature was verified; with it the held copy needs no trust of its own.
  const digest = manifestDigest(manifest)
  if (digest !== placement.manifest_sha256 || treeDigest(release.files) !== manifest.tree_sha256) {
    throw new InstallerError({
      code: 'tree_damaged',
      stage: 'verify',
      rule: 'held.manifest',
      message: `Expected the held release of ${kind} ${slug} ${version} to be the one that was installed; it was changed. Find out by whom, then install it again.`,
      item: { kind, slug, version },
    })
  }
  const record = await engine.ledger.get({ kind, slug })
  const item = adapterItem(engine, {
    manifest,
    files: release.files,
    target,
    directory: placement.directory,
    readFrom: placement.directory,
    permissions: record?.permissions ?? [],
    enabled: placement.enabled,
  })
  return { placement, release, manifest, files: release.files, item }
}
