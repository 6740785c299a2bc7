/** Where the content of items comes from. Both calls may fail; the caller goes on with what it has. */
export interface ContentSource {
  /** The parsed manifest of one version, or `undefined` where there is none. */
  getManifest(
    item: ContentKey,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<ContentManifest | undefined>
  /** One file's text, or `undefined` where there is none. */
  getFile(
    item: ContentKey,
    path: string,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<string | undefined>
}

/** Which item, and which version of it. */
export interface ContentKey {
  readonly kind: string
  readonly slug: string
  readonly version: string
}

/** What a manifest says that the prompt can use. */
export interface ContentManifest {
  readonly tools?:
    | readonly { readonly name: string; readonly description?: string | undefined }[]
    | undefined
  /** Every file of the item, with its size in bytes. */
  readonly files?:
    | readonly {
        readonly path: string
        readonly size: number
        readonly sha256?: string | undefined
      }[]
    | undefined
}
