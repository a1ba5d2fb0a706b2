import { Button } from '@mantine/core'
import { useGetAggregatesQuery } from '../../api/datasetsApi'
import type { Column } from '../../api/types'
import { useLaterText } from '../../i18n/later'
import classes from './OfferList.module.css'

type Offer = NonNullable<Column['offers']>[number]
type Props = {
  id: string
  column: Column
  chosen: { type: string; style: string }
  onChoose: (offer: Offer) => void
}

/** What else the cells of a column could be, each with how many fit, and some of those that would have no value. */
export const OfferList = ({ id, column, chosen, onChoose }: Props) => {
  const words = useLaterText().datasets.column
  // Offers are counted with the numbers of the columns, so these are asked for where nobody has yet.
  const { data } = useGetAggregatesQuery({ id, version: null, filters: [], q: '' })
  const offers = data?.columns.find(({ name }) => name === column.name)?.offers ?? column.offers ?? []
  const missing = Object.entries(column.missing ?? {}).filter(([word]) => word !== '')
  return (
    <>
      {missing.length > 0 && (
        <p className={classes.missing}>
          {words.missing(missing.map(([word, count]) => `${word} (${count})`).join(', '))}
        </p>
      )}
      {offers.length > 0 && (
        <fieldset className={classes.offers}>
          <legend>{words.offers}</legend>
          {offers.map((offer) => (
            <Button
              key={`${offer.type} ${offer.style}`}
              variant={chosen.type === offer.type && chosen.style === offer.style ? 'light' : 'default'}
              aria-pressed={chosen.type === offer.type && chosen.style === offer.style}
              size="compact-sm"
              className={classes.offer}
              onClick={() => onChoose(offer)}
            >
              <span>
                <strong>{offer.type === offer.style ? offer.type : `${offer.type} · ${offer.style}`}</strong>{' '}
                {words.offer(offer.fits, offer.misses)}
                {offer.examples.length > 0 && (
                  <span className={classes.examples}> {offer.examples.slice(0, 4).join(' · ')}</span>
                )}
              </span>
            </Button>
          ))}
        </fieldset>
      )}
    </>
  )
}
