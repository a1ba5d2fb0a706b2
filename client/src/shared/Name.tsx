import { drawable } from '../i18n/isolate'

/** A name that somebody gave: it keeps its own direction, and changes none around it. */
export const Name = ({ children }: { children: string }) => <bdi>{drawable(children)}</bdi>
