import { Anchor } from '@mantine/core'
import { Download } from 'lucide-react'
import { rejectsCsvUrl, useGetRejectsQuery } from '../../api/filesApi'
import { plural } from '../../shared/format'
import classes from './FileDetail.module.css'

/** Rows that could not be read: where they stand, why, and what they say. */
export const RejectsPanel = ({ id }: { id: string }) => {
  const { data } = useGetRejectsQuery(id)
  if (!data || data.total === 0) return null
  return (
    <section className={classes.preview} aria-labelledby="rejects-title">
      <div className={classes.sectionHead}>
        <h2 id="rejects-title">{plural(data.total, 'row')} could not be read</h2>
        <Anchor href={rejectsCsvUrl(id)} download size="sm">
          <Download size={14} aria-hidden /> As CSV
        </Anchor>
      </div>
      <section className={classes.scroller} tabIndex={0} aria-label="Rows that could not be read">
        <table className={classes.rows}>
          <thead>
            <tr>
              <th scope="col" data-numeric>
                Line
              </th>
              <th scope="col">Column</th>
              <th scope="col">Reason</th>
              <th scope="col">Text</th>
            </tr>
          </thead>
          <tbody>
            {data.items.map(({ line, byte, column, code, text }) => (
              <tr key={`${line}-${byte}-${column}`}>
                <td data-numeric>{line}</td>
                <td>{column ?? '–'}</td>
                <td>{code.replaceAll('_', ' ')}</td>
                <td className={classes.raw}>{text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  )
}
