import { Alert, Loader, SegmentedControl } from '@mantine/core'
import { CircleAlert } from 'lucide-react'
import { useState } from 'react'
import { detailOf } from '../../api/problem'
import { useLaterText } from '../../i18n/later'
import { lineOf, markedRange } from './completions'
import { ResultChart, type ShowChart } from './ResultChart'
import classes from './ResultPanel.module.css'
import { ResultTable } from './ResultTable'
import { ResultTools } from './ResultTools'
import type { Outcome } from './useStatement'

type Done = Extract<Outcome, { state: 'done' }>
type Refused = Extract<Outcome, { state: 'refused' }>

const Refusal = ({ query, problem }: Refused) => {
  const words = useLaterText().sql
  const { position } = problem
  const { line, column } = lineOf(query, position === undefined ? 0 : markedRange(query, position).from)
  const said = detailOf(problem)
  return (
    <Alert color="red" role="alert" icon={<CircleAlert size={18} />} title={words.refused}>
      <p className={classes.detail}>{said}</p>
      {problem.detail !== said && <p className={classes.detail}>{problem.detail}</p>}
      {position !== undefined && <p className={classes.detail}>{words.at(line, column)}</p>}
    </Alert>
  )
}

const DoneResult = ({ done, showChart }: { done: Done; showChart: ShowChart }) => {
  const words = useLaterText().sql
  const [look, setLook] = useState<'table' | 'chart'>('table')
  const { result, query, seconds } = done
  const count = words.rows(result.rows.length)
  return (
    <section aria-label={words.result}>
      <div className={classes.head}>
        <p className={classes.facts} role="status">
          {words.took(result.truncated ? words.firstRows(result.rows.length) : count, seconds)}
        </p>
        <SegmentedControl
          size="xs"
          aria-label={words.look}
          value={look}
          data={[
            { value: 'table', label: words.asTable },
            { value: 'chart', label: words.asChart },
          ]}
          onChange={(value) => setLook(value === 'chart' ? 'chart' : 'table')}
        />
        <ResultTools query={query} />
      </div>
      {look === 'table' ? (
        <ResultTable result={result} />
      ) : (
        <ResultChart result={result} showChart={showChart} />
      )}
    </section>
  )
}

/** What became of the last statement. */
export const ResultPanel = ({ outcome, showChart }: { outcome: Outcome; showChart: ShowChart }) => {
  const words = useLaterText().sql
  if (outcome.state === 'refused') return <Refusal {...outcome} />
  if (outcome.state === 'done') return <DoneResult key={outcome.query} done={outcome} showChart={showChart} />
  return (
    <p className={classes.facts} role="status">
      {outcome.state === 'running' && (
        <>
          <Loader size={14} aria-hidden /> {words.running}
        </>
      )}
      {outcome.state === 'stopped' && words.stopped}
      {outcome.state === 'none' && words.hint}
    </p>
  )
}
