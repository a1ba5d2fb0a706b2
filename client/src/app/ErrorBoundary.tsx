import { Button } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { text } from '../i18n/language'

/** The last resort: says that the page broke, and that uploads did not. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    if (!this.state.failed) return this.props.children
    const words = text().app.broke
    return (
      <main style={{ padding: 32, maxWidth: 520, margin: '12vh auto 0' }} role="alert">
        <h1>{words.title}</h1>
        <p>{words.safe}</p>
        <Button onClick={() => window.location.reload()}>{words.reload}</Button>
      </main>
    )
  }
}
