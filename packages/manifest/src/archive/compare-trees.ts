import type { TreeFile } from '../tree/tree-digest.ts'

/** How a set of files differs from the list it should be. */
export interface TreeDifference {
  missing: string[]
  added: string[]
  /** Same path; other bytes or mode. */
  changed: string[]
}

/** Compares the file list beside a manifest with what an archive or folder really holds. */
export function compareTrees(
  expected: readonly TreeFile[],
  actual: readonly TreeFile[],
): TreeDifference {
  const byPath = new Map(actual.map((file) => [file.path, file]))
  const named = new Set(expected.map(({ path }) => path))
  return {
    missing: expected.filter(({ path }) => !byPath.has(path)).map(({ path }) => path),
    added: actual.filter(({ path }) => !named.has(path)).map(({ path }) => path),
    changed: expected
      .filter((file) => {
        const other = byPath.get(file.path)
        return (
          other !== undefined &&
          (other.sha256 !== file.sha256 ||
            other.size !== file.size ||
            other.executable !== file.executable)
        )
      })
      .map(({ path }) => path),
  }
}
