import 'react'

declare module 'react' {
  // In every browser, but not in React's types.
  interface InputHTMLAttributes<T> {
    webkitdirectory?: T extends HTMLInputElement ? string : never
  }
}
