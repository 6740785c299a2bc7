/** The part of yazl that the tests use; it brings no types of its own. */
declare module 'yazl' {
  export class ZipFile {
    readonly outputStream: NodeJS.ReadableStream
    addBuffer(
      content: Uint8Array,
      path: string,
      options?: { mode?: number; compress?: boolean },
    ): void
    addEmptyDirectory(path: string): void
    end(): void
  }
}
