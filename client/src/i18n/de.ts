import { app } from './de/app'
import { auth } from './de/auth'
import { datasets } from './de/datasets'
import { files } from './de/files'
import { live } from './de/live'
import { problems } from './de/problems'
import { shared } from './de/shared'
import { uploads } from './de/uploads'
import type { Messages } from './en'

export const de: Messages = { app, auth, datasets, files, live, problems, shared, uploads }
