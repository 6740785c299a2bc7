import type { FileMap } from '../formats/file-map.ts'
import type { TreeFile } from '../tree/tree-digest.ts'

/** What packing answers. */
export interface PackResult {
  package_sha256: string
  package_size: number
  tree_sha256: string
  files: TreeFile[]
}
export type { FileMap }
