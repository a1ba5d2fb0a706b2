import { createContext, useContext } from 'react'
import classes from './Hits.module.css'
import { piecesOf } from './hits'

/** What the page searches for; empty where it searches for nothing. */
export const SearchedText = createContext('')

/** A text with the places of what is searched for marked. */
export const Hits = ({ text }: { text: string }) => {
  const wanted = useContext(SearchedText)
  if (wanted === '') return text
  let at = 0
  return piecesOf(text, wanted).map((piece) => {
    const key = at
    at += piece.text.length
    return piece.hit ? (
      <mark key={key} className={classes.hit}>
        {piece.text}
      </mark>
    ) : (
      <span key={key}>{piece.text}</span>
    )
  })
}
