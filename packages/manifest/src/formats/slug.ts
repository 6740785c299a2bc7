import { sha256 } from '../crypto/sha256.ts'

/**
 * Turns names into a slug: `namespace[.plugin].name`. Each name becomes lower-case ASCII; what does not survive that is
 * named by eight digits of its SHA-256.
 */
export function makeSlug(...names: readonly string[]): string {
  const slug = names.map((name) => slugSegment(name)).join('.')
  if (slug.length <= maxSlugLength) return slug
  const each = Math.floor((maxSlugLength - names.length + 1) / names.length)
  return names.map((name) => shortened(slugSegment(name), each)).join('.')
}

/** One segment of a slug. */
export function slugSegment(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return plain === '' ? `x${shortDigest(name)}` : plain
}

/** Gives every slug that two paths share the first eight digits of its path's SHA-256, whatever order they come in. */
export function distinguishSlugs(items: readonly { slug: string; path: string }[]): string[] {
  const counts = new Map<string, number>()
  for (const { slug } of items) counts.set(slug, (counts.get(slug) ?? 0) + 1)
  return items.map(({ slug, path }) =>
    (counts.get(slug) ?? 0) > 1 ? suffixed(slug, shortDigest(path)) : slug,
  )
}

const maxSlugLength = 128

function suffixed(slug: string, digest: string): string {
  return `${slug.slice(0, maxSlugLength - digest.length - 1).replace(/[-.]+$/, '')}-${digest}`
}

function shortened(segment: string, maxLength: number): string {
  return segment.length <= maxLength ? segment : suffixedSegment(segment, maxLength)
}

function suffixedSegment(segment: string, maxLength: number): string {
  return `${segment.slice(0, maxLength - 9).replace(/-+$/, '')}-${shortDigest(segment)}`
}

function shortDigest(text: string): string {
  return sha256(new TextEncoder().encode(text)).slice(0, 8)
}
