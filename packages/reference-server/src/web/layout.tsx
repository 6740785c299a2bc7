import type { Child } from 'hono/jsx'
import { stylesheetPath } from './stylesheet.ts'

/** What every page has around it. */
export function Layout(props: { readonly title: string; readonly children?: Child }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${props.title} · Mothership`}</title>
        <link rel="stylesheet" href={stylesheetPath} />
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to content
        </a>
        <header>
          <div class="bar">
            <a class="brand" href="/">
              Mothership
            </a>
            <nav aria-label="Site">
              <a href="/docs">API</a>
            </nav>
          </div>
        </header>
        <main id="content">{props.children}</main>
        <footer>Every package here is signed, and checked again by whoever installs it.</footer>
      </body>
    </html>
  )
}
