/** The text as PostgreSQL keeps it: without U+0000 and lone surrogates, which become U+FFFD. */
export function storableText(text: string): string {
  // Encoding as UTF-8 replaces a lone surrogate.
  return Buffer.from(text, 'utf8').toString('utf8').replaceAll('\0', '\uFFFD')
}

/** The same for every text in a JSON value. */
export function storableJson<Value>(value: Value): Value {
  const walked: unknown = JSON.parse(JSON.stringify(value), (_key, inner: unknown) =>
    typeof inner === 'string' ? storableText(inner) : inner,
  )
  return walked as Value // only texts were touched
}
