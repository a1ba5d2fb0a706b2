import { app } from './en/app'
import { auth } from './en/auth'
import { files } from './en/files'
import { problems } from './en/problems'
import { shared } from './en/shared'
import { uploads } from './en/uploads'

export const en = { app, auth, files, problems, shared, uploads }

/** Every catalogue has these texts; a missing one is an error of the compiler. */
export type Messages = typeof en
