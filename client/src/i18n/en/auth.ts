import { counted } from '../count'

export const auth = {
  signIn: 'Sign in',
  signInTitle: 'Sign in to Parquay',
  createAccount: 'Create account',
  createTitle: 'Create an account',
  tagline: 'Resumable uploads that land as tables',
  haveAccount: 'You have an account?',
  newHere: 'New here?',
  username: 'Username',
  password: 'Password',
  passwordHint: 'A long one is better than a complicated one.',
  showPassword: 'Show the password',
  again: 'Sign in again',
  ended: 'Your session has ended. Nothing is lost, uploads go on after you sign in.',
  somebodyElse: 'Sign in as somebody else',
  wrong: 'That username and password do not belong together.',
  wait: (seconds: number) => `Too many tries. Wait ${counted(seconds, 'second', 'seconds')} and try again.`,
  switched: (name: string) => `You are ${name} now: somebody signed in on another tab of this browser.`,
  stillIn: 'You are still signed in',
  failed: 'Something went wrong. Try again.',
}
