import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const server = process.env.PARQUAY_URL ?? 'http://127.0.0.1:8000'
const wantsPage = (accept: string | undefined) => accept?.includes('text/html') ?? false

/** The server's `/docs` shows Swagger UI: it comes with the client, so that nobody else's server is asked. */
const swaggerUi = (): Plugin => ({
  name: 'swagger-ui',
  apply: 'build',
  generateBundle() {
    for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css', 'LICENSE', 'NOTICE'])
      this.emitFile({
        type: 'asset',
        fileName: `swagger/${name}`,
        source: readFileSync(join(import.meta.dirname, 'node_modules', 'swagger-ui-dist', name)),
      })
  },
})

export default defineConfig({
  base: '/',
  plugins: [react(), swaggerUi()],
  build: { outDir: 'dist', sourcemap: false, target: 'es2022', chunkSizeWarningLimit: 700 },
  server: {
    proxy: {
      '/api': { target: server, ws: true },
      // The same path is the page for a browser and the resource for a program: only pages stay here.
      '/files': {
        target: server,
        bypass: (request) => (wantsPage(request.headers.accept) ? '/index.html' : undefined),
      },
    },
  },
  test: {
    // A DOM is slow to make: the few files that need one say so in their first line.
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
  },
})
