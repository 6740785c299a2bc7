import { createHash } from 'node:crypto'

/** The look of all pages: one file, no fonts or images from elsewhere, light and dark. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --ground: #fbfbfa; --surface: #ffffff; --line: #d9d9d4; --text: #1d1d1b; --quiet: #5a5a54;
  --accent: #0b57a4; --accent-ground: #e8f0fa; --warn: #7a4a00; --warn-ground: #fdf3e1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #161615; --surface: #1f1f1d; --line: #3b3b37; --text: #ececE8; --quiet: #b3b3ab;
    --accent: #8fc1f5; --accent-ground: #1c2c3e; --warn: #f0c98a; --warn-ground: #33280f;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.55 system-ui, sans-serif; }
a { color: var(--accent); }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible {
  outline: 3px solid var(--accent); outline-offset: 2px;
}
.skip { position: absolute; left: -999px; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--surface); padding: 0.5rem; }
.bar, main, footer { max-width: 72rem; margin: 0 auto; padding: 0 1.25rem; }
header { border-bottom: 1px solid var(--line); background: var(--surface); }
.bar { display: flex; gap: 1.5rem; align-items: baseline; padding-block: 0.9rem; flex-wrap: wrap; }
.brand { font-weight: 700; font-size: 1.15rem; text-decoration: none; color: var(--text); }
main { padding-block: 1.5rem 3rem; }
footer { color: var(--quiet); padding-block: 1rem 2rem; border-top: 1px solid var(--line); }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.5rem 0 0.75rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2rem 0 0.5rem; }
.tabs { display: flex; flex-wrap: wrap; gap: 0.25rem; list-style: none; padding: 0; margin: 0 0 1rem; }
.tabs a { display: block; padding: 0.4rem 0.8rem; border-radius: 999px; text-decoration: none; color: var(--text); }
.tabs a:hover { background: var(--accent-ground); }
.tabs a[aria-current] { background: var(--accent); color: var(--ground); font-weight: 600; }
.find { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: end; margin-bottom: 1.25rem; }
.find label { display: grid; gap: 0.2rem; font-size: 0.9rem; color: var(--quiet); }
input, select, button { font: inherit; color: var(--text); background: var(--surface); border: 1px solid var(--line);
  border-radius: 0.4rem; padding: 0.45rem 0.6rem; }
input[type='search'] { min-width: min(22rem, 80vw); }
button { background: var(--accent); color: var(--ground); border-color: var(--accent); cursor: pointer; font-weight: 600; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1rem; list-style: none; padding: 0; margin: 0; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 0.6rem; padding: 1rem; display: flex;
  flex-direction: column; gap: 0.4rem; overflow-wrap: anywhere; }
.card h2 { margin: 0; font-size: 1.05rem; }
.card p { margin: 0; display: -webkit-box; -webkit-line-clamp: 4; -webkit-box-orient: vertical; overflow: hidden; }
.card .facts { margin-top: auto; }
.facts, .quiet { color: var(--quiet); font-size: 0.9rem; }
.tags { display: flex; flex-wrap: wrap; gap: 0.3rem; list-style: none; padding: 0; margin: 0.25rem 0; }
.tags li { background: var(--accent-ground); border-radius: 0.3rem; padding: 0.05rem 0.45rem; font-size: 0.85rem; }
.pages { display: flex; gap: 1rem; align-items: center; margin-top: 1.5rem; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; max-width: 46rem; }
.hint { background: var(--surface); border: 1px solid var(--line); border-radius: 0.4rem; padding: 0.75rem; overflow-x: auto; }
.permissions li { margin-bottom: 0.4rem; }
.warn { background: var(--warn-ground); color: var(--warn); border-radius: 0.4rem; padding: 0.6rem 0.8rem; }
code, pre, .digest { font-family: ui-monospace, monospace; font-size: 0.9em; }
.digest { overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.35rem 0.75rem 0.35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
`

/** Its address changes with its content, so browsers may keep it for good. */
export const stylesheetPath = `/assets/site-${createHash('sha256').update(stylesheet).digest('hex').slice(0, 12)}.css`
