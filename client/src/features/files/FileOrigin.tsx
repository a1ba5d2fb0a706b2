import { Button } from '@mantine/core'
import { RefreshCw } from 'lucide-react'
import { Link } from 'react-router'
import { detailOf } from '../../api/problem'
import { useRefreshDatasetMutation } from '../../api/sqlApi'
import type { QueryOrigin } from '../../api/types'
import { text, useText } from '../../i18n/language'
import { sqlAddress } from '../../shared/sqlAddress'
import { toastNote, toastProblem } from '../../shared/toast'
import classes from './FileOrigin.module.css'

/** The statement that a table was made by, and a way to run it again. */
export const FileOrigin = ({ id, origin }: { id: string; origin: QueryOrigin }) => {
  const words = useText().files.origin
  const [refresh, { isLoading }] = useRefreshDatasetMutation()
  const run = () =>
    refresh(id)
      .unwrap()
      .then((version) => toastNote(text().files.origin.refreshed(version)))
      .catch((error: unknown) => toastProblem(text().files.origin.notRefreshed, detailOf(error)))
  return (
    <section className={classes.origin} aria-label={words.title}>
      <pre className={classes.query} tabIndex={0} aria-label={words.title}>
        {origin.query}
      </pre>
      <div className={classes.tools}>
        <Button size="xs" leftSection={<RefreshCw size={15} aria-hidden />} loading={isLoading} onClick={run}>
          {words.refresh}
        </Button>
        <Button size="xs" variant="default" component={Link} to={sqlAddress(origin.query)}>
          {words.open}
        </Button>
      </div>
    </section>
  )
}
