import {
  autocompletion,
  type Completion,
  type CompletionContext,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { PostgreSQL, sql } from '@codemirror/lang-sql'
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { setDiagnostics } from '@codemirror/lint'
import { EditorState, Prec } from '@codemirror/state'
import { drawSelection, EditorView, keymap, lineNumbers, tooltips } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useRef } from 'react'
import type { SchemaTable } from '../../api/sqlApi'
import { completionsFor } from './completions'
import classes from './SqlEditor.module.css'

/** A part of the statement that is wrong, and why. */
export type EditorMark = { from: number; to: number; message: string }

type Props = {
  label: string
  value: string
  tables: readonly SchemaTable[]
  mark: EditorMark | null
  onChange: (value: string) => void
  onRun: () => void
}

const WORD = /"[^"\n]*|[\w.]+/

const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: 'var(--accent)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--status-done)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--status-processing)' },
  { tag: [tags.lineComment, tags.blockComment], color: 'var(--text-soft)', fontStyle: 'italic' },
  { tag: tags.typeName, color: 'var(--status-uploading)' },
])

const LOOK = EditorView.theme({
  '&': { fontSize: '13.5px', color: 'var(--text)', backgroundColor: 'var(--raised)' },
  '&.cm-focused': { outline: '2px solid var(--accent)' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55', minHeight: '150px', maxHeight: '45vh' },
  '.cm-content': { caretColor: 'var(--text)', padding: '10px 0' },
  '.cm-cursor': { borderColor: 'var(--text)' },
  '.cm-gutters': { color: 'var(--text-soft)', backgroundColor: 'var(--sunken)', border: '0' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--line-strong)' },
  '.cm-tooltip': {
    color: 'var(--text)',
    backgroundColor: 'var(--raised)',
    border: '1px solid var(--line-strong)',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    color: 'var(--raised)',
    backgroundColor: 'var(--accent)',
  },
  '.cm-completionDetail': { opacity: '1', fontStyle: 'normal' },
  '.cm-diagnostic-error': { borderInlineStart: '4px solid var(--status-error)' },
})

/** Knows the tables and columns; the words of the language come from another source. */
const completing = (read: () => readonly SchemaTable[]) => {
  return (context: CompletionContext): { from: number; options: Completion[] } | null => {
    const word = context.matchBefore(WORD)
    if (!word && !context.explicit) return null
    const options = completionsFor(read(), context.state.doc.toString())
    // What begins with a quote is completed with one: the quote belongs to what is replaced.
    const inQuotes = word?.text.startsWith('"') ?? false
    return {
      from: word?.from ?? context.pos,
      options: inQuotes ? options.map((each) => ({ ...each, label: `"${each.label}` })) : options,
    }
  }
}

/** A statement being written: Tab leaves the editor, so that nobody is caught in it. */
const SqlEditor = ({ label, value, tables, mark, onChange, onRun }: Props) => {
  const place = useRef<HTMLDivElement>(null)
  const editor = useRef<EditorView | null>(null)
  const newest = useRef({ tables, onChange, onRun, value })
  useEffect(() => {
    newest.current = { tables, onChange, onRun, value }
  })
  useEffect(() => {
    if (!place.current) return
    const run = () => {
      newest.current.onRun()
      return true
    }
    const language = sql({ dialect: PostgreSQL, upperCaseKeywords: true })
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: newest.current.value,
        extensions: [
          Prec.highest(keymap.of([{ key: 'Mod-Enter', run }])),
          lineNumbers(),
          history(),
          drawSelection(),
          bracketMatching(),
          EditorView.lineWrapping,
          language,
          language.language.data.of({ autocomplete: completing(() => newest.current.tables) }),
          autocompletion(),
          tooltips({ position: 'absolute' }),
          keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap]),
          syntaxHighlighting(COLOURS),
          LOOK,
          EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) newest.current.onChange(update.state.doc.toString())
          }),
        ],
      }),
    })
    editor.current = view
    return () => view.destroy()
  }, [label])
  useEffect(() => {
    const view = editor.current
    if (!view || view.state.doc.toString() === value) return
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } })
  }, [value])
  useEffect(() => {
    const view = editor.current
    if (!view) return
    const found = mark ? [{ ...mark, severity: 'error' as const }] : []
    view.dispatch(setDiagnostics(view.state, found))
  }, [mark])
  return <div ref={place} className={classes.editor} />
}

export default SqlEditor
