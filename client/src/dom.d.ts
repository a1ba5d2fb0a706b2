import 'react'

declare module 'react' {
  // In every browser, but not in React's types.
  interface InputHTMLAttributes<T> {
    webkitdirectory?: T extends HTMLInputElement ? string : never
  }
}

declare global {
  // In Chromium only, so that each use asks first whether it is there.
  interface FileSystemHandle {
    requestPermission?: (wanted: { mode: 'read' }) => Promise<PermissionState>
  }
  interface DataTransferItem {
    getAsFileSystemHandle?: () => Promise<FileSystemHandle | null>
  }
}
