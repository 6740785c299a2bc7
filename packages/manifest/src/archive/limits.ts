/** What a package may at most be. Every bound is checked while reading, on real bytes. */
export interface ArchiveLimits {
  /** Size of the archive itself. */
  packed_bytes: number
  /** Sum of the contents of all files. */
  unpacked_bytes: number
  /** Unpacked over packed, once more than 1 MiB came out: padding of tiny packages shrinks beyond any ratio. */
  ratio: number
  /** Files and folders. */
  entries: number
  /** Segments of a path. */
  depth: number
  /** Content of one file. */
  file_bytes: number
}

/** The limits of every kind but apps: the largest real plugin seen has 9 MiB and 1,200 files. */
export const defaultArchiveLimits: ArchiveLimits = {
  packed_bytes: 50 * 1024 * 1024,
  unpacked_bytes: 80 * 1024 * 1024,
  ratio: 100,
  entries: 10_000,
  depth: 64,
  file_bytes: 10 * 1024 * 1024,
}

/** The limits of apps, which may carry models and other large files. */
export const appArchiveLimits: ArchiveLimits = {
  ...defaultArchiveLimits,
  unpacked_bytes: 512 * 1024 * 1024,
  file_bytes: 256 * 1024 * 1024,
}
