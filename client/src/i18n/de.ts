import { app } from './de/app'
import { auth } from './de/auth'
import { files } from './de/files'
import { problems } from './de/problems'
import { shared } from './de/shared'
import { uploads } from './de/uploads'
import type { Messages } from './en'

export const de: Messages = { app, auth, files, problems, shared, uploads }
