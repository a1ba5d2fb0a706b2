/** A dialog about cells that was asked for; `text`: of a clipboard, null: it is still to be pasted. */
export type Asked =
  | { kind: 'paste'; text: string | null }
  | { kind: 'fill' | 'clear' | 'find' | 'goTo' | 'history' }
