declare module 'pacote' {
  interface Options {
    readonly cache?: string
    readonly integrity?: string
  }
  const pacote: { extract(spec: string, destination: string, options?: Options): Promise<unknown> }
  export default pacote
}
