import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { existsSync } from 'node:fs'
import { getRequestListener } from '@hono/node-server'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operationList } from '@mothership/client/contract'
import { registerAuthor, release } from './support/author.ts'
import { createTestApp, type TestApp } from './support/test-app.ts'

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync)

describe.skipIf(executablePath === undefined)(
  'pages in a browser (skipped without Chromium)',
  () => {
    let app: TestApp
    let server: Server
    let browser: Browser
    let origin: string

    beforeAll(async () => {
      app = await createTestApp()
      await release(app, await registerAuthor(app, 'ada'), { permissions: ['network:example.org'] })
      server = createServer(getRequestListener(app.app.fetch))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      browser = await chromium.launch({
        ...(executablePath === undefined ? {} : { executablePath }),
        args: ['--no-sandbox'],
      })
    })
    afterAll(async () => {
      await browser.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await app[Symbol.asyncDispose]()
    })

    it('shows the API reference with nothing from elsewhere, under its own policy', async () => {
      const page = await browser.newPage()
      const elsewhere: string[] = []
      const complaints: string[] = []
      page.on('request', (request) => {
        const url = (): string => request.url()
        if (!/^(?:data|blob):/.test(url()) && !url().startsWith(origin)) elsewhere.push(url())
      })
      page.on('console', (message) => {
        if (/Content Security Policy/.test(message.text())) complaints.push(message.text())
      })
      await page.goto(`${origin}/docs`)
      await page.getByRole('heading', { name: 'Mothership' }).first().waitFor()
      await page
        .getByText(operationList[0]?.summary ?? '')
        .first()
        .waitFor()
      expect(elsewhere).toEqual([])
      expect(complaints).toEqual([])
      await page.close()
    })

    it('browses without JavaScript: search, follow a card, read the item', async () => {
      const context = await browser.newContext({ javaScriptEnabled: false })
      const page = await context.newPage()
      await page.goto(`${origin}/`)
      await page.getByRole('link', { name: /^Skills/ }).click()
      await page.getByLabel('Search').fill('word')
      await page.getByRole('button', { name: 'Show' }).click()
      await page.getByRole('link', { name: 'Word count' }).click()
      await page.getByRole('heading', { name: 'Permissions' }).waitFor()
      expect(await page.getByText('network:example.org').count()).toBe(1)
      await context.close()
    })
  },
)
