import type { ItemDetail, Release, ReleaseSummary } from '@mothership/client/contract'
import { pluralOfKind } from '@mothership/manifest'
import { factsOf } from './browse-page.tsx'
import { Layout } from './layout.tsx'

/** What the page shows. */
export interface ItemProps {
  readonly item: ItemDetail
  readonly release: Release
  readonly versions: readonly ReleaseSummary[]
  /** Address of the package, absolute. */
  readonly packageUrl: string
}

/** One item: what it is, what it may do, what is in it. Texts of packages are shown as text, never as markup. */
export function ItemPage({ item, release, versions, packageUrl }: ItemProps) {
  const plural = pluralOfKind(item.kind)
  return (
    <Layout title={item.name}>
      <nav aria-label="Breadcrumb">
        <a href={`/?kind=${plural}`}>All {plural}</a>
      </nav>
      <h1>{item.name}</h1>
      <p class="quiet">
        <code>{item.slug}</code> · {factsOf(item).join(' · ')} · by {item.author_id}
      </p>
      <p class="text">{item.description}</p>
      <ul class="tags" aria-label="Tags">
        {item.tags.map((tag) => (
          <li key={tag}>{tag}</li>
        ))}
      </ul>

      <h2>Install</h2>
      <p>
        A host installs it with <code>@mothership/installer-core</code>; to look inside first, take
        the package as it is:
      </p>
      <pre class="hint" tabindex={0}>
        curl -OJ "{packageUrl}"
      </pre>

      <Permissions item={item} />
      {item.long_description === null ? null : (
        <section>
          <h2>About</h2>
          <p class="text">{item.long_description}</p>
        </section>
      )}
      <Lines title="Good for" lines={item.use_cases} />
      <Lines title="Asked like this" lines={item.examples} />
      <Facts item={item} release={release} />
      <Files release={release} />
      <Versions versions={versions} />
    </Layout>
  )
}

function Permissions({ item }: { readonly item: ItemDetail }) {
  return (
    <section>
      <h2>Permissions</h2>
      {item.permissions.length === 0 ? (
        <p>It asks for none.</p>
      ) : (
        <>
          <p class="warn">
            It asks for what is listed here. Whoever installs it is asked to agree, and to agree
            again when a later version asks for more.
          </p>
          <ul class="permissions">
            {item.permissions.map(({ permission, explanation }) => (
              <li key={permission}>
                {explanation} <code>{permission}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

function Lines({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) {
  if (lines.length === 0) return null
  return (
    <section>
      <h2>{title}</h2>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  )
}

function Facts({ item, release }: { readonly item: ItemDetail; readonly release: Release }) {
  const { source } = item
  return (
    <section>
      <h2>Provenance</h2>
      <dl>
        <dt>Licence</dt>
        <dd>{item.license ?? 'not stated'}</dd>
        {source === null ? null : (
          <>
            <dt>From</dt>
            <dd>{[source.marketplace, source.repo, source.path].filter(Boolean).join(' · ')}</dd>
          </>
        )}
        <dt>Approved</dt>
        <dd>
          <time datetime={release.approved_at}>{release.approved_at.slice(0, 10)}</time>
        </dd>
        <dt>Signed with</dt>
        <dd class="digest">{release.key_id}</dd>
        <dt>Held by</dt>
        <dd>{custody[release.custody]}</dd>
        <dt>Package SHA-256</dt>
        <dd class="digest">{release.package_sha256}</dd>
        <dt>Tree SHA-256</dt>
        <dd class="digest">{release.tree_sha256}</dd>
        <dt>Size</dt>
        <dd>{bytes(release.package_size)}</dd>
      </dl>
    </section>
  )
}

const custody: Readonly<Record<Release['custody'], string>> = {
  self: 'the author',
  operator: 'this mothership, for the author',
  importer: 'this mothership: the item was imported, its author did not sign it',
}

/** More would make the page long and help nobody find a file. */
const maxFiles = 500

function Files({ release }: { readonly release: Release }) {
  const { files } = release
  const shown = files.slice(0, maxFiles)
  return (
    <section>
      <h2>Files</h2>
      <div class="scroll" tabindex={0} role="region" aria-label="Files">
        <table>
          <thead>
            <tr>
              <th scope="col">Path</th>
              <th scope="col" class="number">
                Size
              </th>
              <th scope="col">SHA-256</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((file) => (
              <tr key={file.path}>
                <td>
                  <code>{file.path}</code>
                  {file.executable ? ' (executable)' : ''}
                </td>
                <td class="number">{bytes(file.size)}</td>
                <td class="digest">{file.sha256.slice(0, 16)}…</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {files.length > shown.length ? <p>And {files.length - shown.length} more.</p> : null}
    </section>
  )
}

function Versions({ versions }: { readonly versions: readonly ReleaseSummary[] }) {
  return (
    <section>
      <h2>Versions</h2>
      <ul>
        {versions.slice(0, 50).map((version) => (
          <li key={version.version}>
            {version.version},{' '}
            <time datetime={version.approved_at}>{version.approved_at.slice(0, 10)}</time>,{' '}
            {bytes(version.package_size)}
          </li>
        ))}
      </ul>
    </section>
  )
}

function bytes(size: number): string {
  if (size < 1024) return `${size} B`
  if (size < 1024 * 1024) return `${(size / 1024).toFixed(1)} KiB`
  return `${(size / 1024 / 1024).toFixed(1)} MiB`
}
