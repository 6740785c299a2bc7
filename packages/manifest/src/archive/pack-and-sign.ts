import type { Signer } from '../crypto/signer.ts'
import { ManifestError } from '../errors.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import type { Manifest, ManifestDraft, UnsignedManifest } from '../manifest/manifest.ts'
import { parseManifestDraft, parseUnsignedManifest } from '../manifest/parse-manifest.ts'
import { signManifest } from '../manifest/sign-manifest.ts'
import { appArchiveLimits, defaultArchiveLimits } from './limits.ts'
import { packDirectory, type PackResult } from './pack-files.ts'
import type { ReadDirectoryOptions } from './read-directory.ts'

/** A package and the signed manifest that names it. */
export interface SignedPackage extends PackResult {
  manifest: Manifest
}

/**
 * Takes a folder to a package and its signed manifest in one call.
 * @throws {ManifestError} `schema_violation` before anything is written, `archive_refused`, `invalid_signature`
 */
export async function packAndSign(
  directory: string,
  outFile: string,
  draft: ManifestDraft,
  signer: Signer,
  options: ReadDirectoryOptions & { readonly kinds?: readonly KindDefinition[] } = {},
): Promise<SignedPackage> {
  const kindOptions = options.kinds === undefined ? {} : { kinds: options.kinds }
  const checked = parseManifestDraft(draft, kindOptions)
  const limits = limitsOf(checked, options)
  const packed = await packDirectory(directory, outFile, { ...options, limits })
  const manifest = await signManifest(
    bindPackage(checked, packed, options.kinds),
    signer,
    kindOptions,
  )
  return { ...packed, manifest }
}

/**
 * Adds the digests of a package to a draft.
 * @throws {ManifestError} `schema_violation` when the two do not make a manifest, or files the draft names are missing
 */
export function bindPackage(
  draft: ManifestDraft,
  packed: PackResult,
  kinds?: readonly KindDefinition[],
): UnsignedManifest {
  const missing = namedFiles(draft).filter(
    (path) => !packed.files.some((file) => file.path === path),
  )
  if (missing.length > 0) {
    throw new ManifestError(
      'schema_violation',
      `expected the files the manifest names in the package, got none at ${missing.slice(0, 5).join(', ')}: add them or correct content`,
      {
        issues: missing.map((path) => ({
          path: 'content',
          expected: `the file ${path}`,
          received: 'none',
          message: `expected the file ${path} in the package, got none`,
        })),
      },
    )
  }
  const { package_sha256, package_size, tree_sha256 } = packed
  return parseUnsignedManifest(
    { ...draft, package_sha256, package_size, tree_sha256 },
    kinds === undefined ? {} : { kinds },
  )
}

function limitsOf(
  draft: ManifestDraft,
  options: ReadDirectoryOptions,
): typeof defaultArchiveLimits {
  const base = draft.kind === 'app' ? appArchiveLimits : defaultArchiveLimits
  return { ...base, ...options.limits }
}

/** Paths that a kind's content says are files of the package. */
function namedFiles(draft: ManifestDraft): string[] {
  switch (draft.kind) {
    case 'skill':
      return [
        draft.content.instructions,
        ...[...(draft.content.scripts ?? []), ...(draft.content.references ?? [])].map(
          ({ path }) => path,
        ),
      ]
    case 'plugin':
      return [
        ...(draft.content.skills ?? []),
        ...(draft.content.commands ?? []),
        ...(draft.content.agents ?? []),
      ].map(({ path }) => path)
    case 'widget':
    case 'component':
      return [draft.content.entry]
    case 'app':
      return draft.content.compose === undefined ? [] : [draft.content.compose]
    case 'agent':
      return draft.content.instructions === undefined ? [] : [draft.content.instructions]
    case 'theme':
      return draft.content.stylesheets ?? []
    case 'domain':
    case 'persona':
      return []
    default:
      return [] // a kind the host defined names its files itself
  }
}
