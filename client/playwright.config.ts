import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  // Each worker has a real server of its own. Tests mostly wait for throttled bytes, so three fit two cores.
  workers: 3,
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  retries: 0,
  // Far more than anything takes: a slow machine is no fault of the page.
  timeout: 240_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  // The test that takes a minute by nature starts first, so that the others run beside it.
  projects: [
    { name: 'long', testMatch: /minute\.spec/ },
    { name: 'all', testIgnore: /minute\.spec/ },
  ],
  use: {
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    // A picture of every step would cost a small machine a third of its time.
    trace: { mode: 'retain-on-failure', screenshots: false },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
