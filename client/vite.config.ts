import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const server = process.env.PARQUAY_URL ?? 'http://127.0.0.1:8000'
const wantsPage = (accept: string | undefined) => accept?.includes('text/html') ?? false

export default defineConfig({
  base: '/',
  plugins: [react()],
  build: { outDir: 'dist', sourcemap: false, target: 'es2022', chunkSizeWarningLimit: 700 },
  server: {
    proxy: {
      '/api': server,
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
