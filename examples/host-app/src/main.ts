// Browses a running mothership: `node examples/host-app/src/main.ts "review"`.
import { browse } from './browse.ts'

const url = process.env['MOTHERSHIP_URL'] ?? 'http://127.0.0.1:8787'

for (const line of await browse(url, process.argv[2] ?? 'review')) console.log(line)
