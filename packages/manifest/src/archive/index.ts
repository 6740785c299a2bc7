export { ArchiveError, type ArchiveRule } from '../errors.ts'
export type { FileEntry, FileMap } from '../formats/file-map.ts'
export { type TreeFile, treeDigest } from '../tree/tree-digest.ts'
export { compareTrees, type TreeDifference } from './compare-trees.ts'
export { appArchiveLimits, type ArchiveLimits, defaultArchiveLimits } from './limits.ts'
export { assertPackagePath, createNameRegister, type NameRegister } from './name-policy.ts'
export {
  listTree,
  packDirectory,
  packFiles,
  type PackFilesOptions,
  type PackResult,
} from './pack-files.ts'
export {
  type ArchiveFileInfo,
  type ArchiveReading,
  readArchive,
  type ReadArchiveOptions,
} from './read-archive.ts'
export { bindPackage, packAndSign, type SignedPackage } from './pack-and-sign.ts'
export { readDirectory, type ReadDirectoryOptions } from './read-directory.ts'
