import { Alert, Button } from '@mantine/core'
import { CircleAlert } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Link } from 'react-router'
import { selectIsLinked } from '../../api/session'
import { useText } from '../../i18n/language'
import { unsavedDrafts } from '../../shared/drafts'
import { focusMain } from '../../shared/focusMain'
import { Name } from '../../shared/Name'
import { PageTitle } from '../../shared/PageTitle'
import { useAppSelector } from '../../store/hooks'
import classes from './FileGone.module.css'

/** A file that was shown a moment ago: that it is gone, the way back, and what was being written in it. */
export const FileGone = ({ name }: { name: string }) => {
  const words = useText().files
  const linked = useAppSelector(selectIsLinked)
  // Read while what is written in still stands: the page that this takes the place of goes only after it.
  const [drafts] = useState(unsavedDrafts)
  useEffect(focusMain, [])
  return (
    <>
      <PageTitle>
        <Name>{name}</Name>
      </PageTitle>
      <Alert
        color="red"
        variant="light"
        role="alert"
        icon={<CircleAlert size={18} />}
        title={words.gone.title}
        mt="md"
        className={classes.gone}
      >
        <p>{words.gone.words}</p>
        {drafts.length > 0 && (
          <>
            <p>{words.gone.unsaved}</p>
            <dl className={classes.drafts} aria-label={words.gone.unsaved}>
              {drafts.map(({ label, text }) => (
                <div key={label}>
                  <dt>
                    <Name>{label}</Name>
                  </dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
        {!linked && (
          <Button component={Link} to="/files" size="xs" variant="default">
            {words.gone.back}
          </Button>
        )}
      </Alert>
    </>
  )
}
