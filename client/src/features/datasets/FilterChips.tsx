import { X } from 'lucide-react'
import type { Column } from '../../api/types'
import { useText } from '../../i18n/language'
import classes from './Dataset.module.css'
import { filterWords } from './filters'
import { useDatasetView } from './useDatasetView'

/** The filters that hold now, in words, each with a way to drop it. */
export const FilterChips = ({ columns }: { columns: Column[] }) => {
  const words = useText().datasets.filter
  const { view, change } = useDatasetView()
  if (view.filters.length === 0) return null
  return (
    <ul className={classes.chips} aria-label={words.active}>
      {view.filters.map((filter) => {
        const said = filterWords(columns, filter, words)
        return (
          <li key={filter}>
            <span>{said}</span>
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
