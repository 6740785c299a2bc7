import { Layout } from './layout.tsx'

/** For a link that leads nowhere. */
export function MissingPage({ detail }: { readonly detail: string }) {
  return (
    <Layout title="Not here">
      <h1>Not here</h1>
      <p>{detail}</p>
      <p>
        <a href="/">Browse what there is</a>
      </p>
    </Layout>
  )
}
