import { sha256 } from '../crypto/sha256.ts'
import { canonicalize } from '../json/canonicalize.ts'

/** One file of a package, as the list beside the manifest names it. */
export interface TreeFile {
  /** Relative, with `/` between segments. */
  path: string
  /** 64 lower-case hexadecimal digits. */
  sha256: string
  /** In bytes. */
  size: number
  executable: boolean
}

/**
 * The digest of a set of files: SHA-256 over the canonical JSON of the list sorted by path (UTF-16 code units). The same
 * on every machine and for every order of the input.
 */
export function treeDigest(files: readonly TreeFile[]): string {
  const list = sortTree(files).map(({ executable, path, sha256: digest, size }) => ({
    executable,
    path,
    sha256: digest,
    size,
  }))
  return sha256(canonicalize(list))
}

/** A copy of the list in the order digests and documents use. */
export function sortTree(files: readonly TreeFile[]): TreeFile[] {
  return [...files].sort((left, right) =>
    left.path < right.path ? -1 : left.path > right.path ? 1 : 0,
  )
}
