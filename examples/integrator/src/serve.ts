// #region readme
import { type RunningServer, startServer } from '@mothership/reference-server'

export async function serve(dataDirectory: string, marketplace: string): Promise<RunningServer> {
  const server = await startServer({ dataDirectory, port: 0, importFrom: marketplace })
  const imported = await server.imported
  console.log(`${server.url} lists ${imported?.released} items of ${imported?.name}`)
  return server // `await server.close()` ends it and its database; the data stays
}
// #endregion
