// #region readme
import { createMothership } from '@mothership/client'

export async function browse(url: string, search: string): Promise<string[]> {
  const mothership = createMothership({ url })
  const page = await mothership.plugins.list({ search, sort: 'popular', limit: 5 })
  if (page.source === 'none') return [page.message] // down or unreachable: told, never thrown
  return page.items.map(({ slug, version, description }) => `${slug} ${version}: ${description}`)
}
// #endregion
