// The same as in the fast tier, with every file's attributes compared with the YAML library instead of one in sixteen.
process.env['MANIFEST_FULL_COMPARISON'] = '1'
await import('./marketplace-data.test.ts')
