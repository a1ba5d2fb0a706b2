import { defineConfig } from '@playwright/test'
import base from '../playwright.config'

/** Takes the pictures of the docs: `make pictures`. Not a test, so it stands beside them. */
export default defineConfig({
  ...base,
  testDir: '.',
  outputDir: '../test-results',
  workers: 1,
  projects: [{ name: 'pictures' }],
  use: { ...base.use, viewport: { width: 1440, height: 900 }, contextOptions: { reducedMotion: 'reduce' } },
})
