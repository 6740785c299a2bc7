/** A file of a package or folder in memory. */
export interface FileEntry {
  bytes: Uint8Array
  executable: boolean
}

/** Files by their relative path, `/` between segments: what converters read and writers answer. */
export type FileMap = ReadonlyMap<string, FileEntry>

/** Something worth telling about a file that was read; `error` where nothing could be made of it. */
export interface FormatProblem {
  severity: 'error' | 'warning'
  file: string
  line?: number
  message: string
}

/** What names everything read from one source. */
export interface FormatOptions {
  /** Namespace of the slugs: `owner-repo` for a sync source, the publisher's own otherwise. */
  readonly namespace: string
  readonly author_id: string
}
