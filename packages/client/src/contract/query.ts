/**
 * The query of a URL as the contract's query schemas take it: one value is text, a repeated name is a list.
 * `tags[]=a` is read as `tags=a`; names come out of an object without a prototype.
 */
export function readQuery(
  search: URLSearchParams,
): Readonly<Record<string, string | readonly string[]>> {
  const query: Record<string, string | readonly string[]> = Object.create(null)
  for (const name of new Set(search.keys())) {
    const values = search.getAll(name)
    const [first] = values
    const single = values.length === 1 && !name.endsWith('[]') && first !== undefined
    query[name.replace(/\[\]$/, '')] = single ? first : values
  }
  return query
}

/** The other way: lists become repeated names, absent values are left out. */
export function writeQuery(query: object): URLSearchParams {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query) as [string, unknown][]) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one))
  }
  return search
}
