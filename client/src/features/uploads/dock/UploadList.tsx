import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { useText } from '../../../i18n/language'
import { UploadItem } from './UploadItem'
import classes from './UploadList.module.css'

const ITEM_HEIGHT = 82

/** Only the rows in view exist, so thousands of files stay light. */
export const UploadList = ({ ids }: { ids: string[] }) => {
  const words = useText().uploads
  const scroller = useRef<HTMLDivElement>(null)
  const list = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ITEM_HEIGHT,
    getItemKey: (index) => ids[index] ?? index,
    overscan: 4,
  })
  return (
    <section ref={scroller} className={classes.list} aria-label={words.list}>
      <ul style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map(({ key, index, start }) => (
          <li
            key={key}
            ref={list.measureElement}
            data-index={index}
            aria-setsize={ids.length}
            aria-posinset={index + 1}
            style={{ transform: `translateY(${start}px)` }}
          >
            <UploadItem id={ids[index] ?? ''} />
          </li>
        ))}
      </ul>
    </section>
  )
}
