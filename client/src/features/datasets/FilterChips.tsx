import { CircleAlert, X } from 'lucide-react'
import type { Column } from '../../api/types'
import { useLaterText } from '../../i18n/later'
import { REVERSED } from './datasetUrl'
import classes from './FilterChips.module.css'
import { filterProblem, filterWords } from './filters'
import { useDatasetView } from './useDatasetView'

/** The filters and the search that hold now, and an order turned round, in words, each with a way to drop it; one that cannot be asked says why. */
export const FilterChips = ({ columns }: { columns: Column[] }) => {
  const { filter: words, edit, grid } = useLaterText().datasets
  const { view, change } = useDatasetView()
  const reversed = view.sort === REVERSED
  if (view.filters.length === 0 && view.q === '' && !reversed) return null
  return (
    <ul className={classes.chips} aria-label={words.active}>
      {reversed && (
        <li>
          <span>{grid.reversed}</span>
          <button type="button" aria-label={grid.natural} onClick={() => change({ sort: '' })}>
            <X size={13} aria-hidden />
          </button>
        </li>
      )}
      {view.q !== '' && (
        <li>
          <span>{words.searched(view.q)}</span>
          <button type="button" aria-label={words.dropSearch} onClick={() => change({ q: '' })}>
            <X size={13} aria-hidden />
          </button>
        </li>
      )}
      {view.filters.map((filter) => {
        const said = filterWords(columns, filter, words)
        const problem = filterProblem(columns, filter, { filter: words, expected: edit.expected })
        return (
          <li key={filter} data-wrong={problem !== null || undefined} title={problem ?? said}>
            {problem !== null && <CircleAlert size={14} aria-hidden />}
            <span>{problem === null ? said : words.wrong(said, problem)}</span>
            <button
              type="button"
              aria-label={words.drop(said)}
              onClick={() => change({ filters: view.filters.filter((other) => other !== filter) })}
            >
              <X size={13} aria-hidden />
            </button>
          </li>
        )
      })}
    </ul>
  )
}
