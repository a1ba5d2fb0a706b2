import { Button } from '@mantine/core'
import { Component, type ReactNode } from 'react'

/** The last resort: says that the page broke, and that uploads did not. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    if (!this.state.failed) return this.props.children
    return (
      <main style={{ padding: 32, maxWidth: 520, margin: '12vh auto 0' }} role="alert">
        <h1>This page broke</h1>
        <p>Files on the server are safe, and unfinished uploads can go on after a reload.</p>
        <Button onClick={() => window.location.reload()}>Reload the page</Button>
      </main>
    )
  }
}
