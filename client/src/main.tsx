import '@fontsource-variable/inter/wght.css'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './app/theme.css'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { setupListeners } from '@reduxjs/toolkit/query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Provider } from 'react-redux'
import { BrowserRouter } from 'react-router'
import { App } from './app/App'
import { ErrorBoundary } from './app/ErrorBoundary'
import { makeStore } from './app/store'
import { cssVariables, theme } from './app/theme'
import { startLanguage } from './i18n/language'
import { BASE } from './shared/base'

const store = makeStore()
setupListeners(store.dispatch)

const root = document.getElementById('root')
if (root === null) throw new Error('The page has no root element')
const draw = () =>
  createRoot(root).render(
    <StrictMode>
      <Provider store={store}>
        <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
          <ErrorBoundary>
            <BrowserRouter basename={BASE}>
              <Notifications position="bottom-left" limit={4} zIndex={300} />
              <App />
            </BrowserRouter>
          </ErrorBoundary>
        </MantineProvider>
      </Provider>
    </StrictMode>,
  )

void startLanguage().then(draw)
