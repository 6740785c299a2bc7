// #region readme
import { type RunningServer, startServer } from '@mothership/reference-server'

export async function serve(dataDirectory: string, marketplace: string): Promise<RunningServer> {
  const server = await startServer({
    dataDirectory, // database, packages and keys; made when it is not there
    port: 0, // any that is free; `server.url` tells which
    importFrom: marketplace, // a Claude marketplace; `await server.imported` tells what came of it
  })
  console.log(`listening on ${server.url}`)
  return server // `await server.close()` ends it and its database; the data stays
}
// #endregion
