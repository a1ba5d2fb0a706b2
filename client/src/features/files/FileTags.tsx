import { TagsInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { usePatchFileMutation } from '../../api/filesApi'
import { detailOf } from '../../api/problem'
import type { FileDetail } from '../../api/types'
import { text, useText } from '../../i18n/language'
import { toastProblem } from '../../shared/toast'
import { TagLinks } from './TagLinks'

const TAGS_MAX = 50
const CHARS_MAX = 64

/** The tags of a file: its owner adds and removes them, everybody else sees them. */
export const FileTags = ({ file }: { file: FileDetail }) => {
  const words = useText().files.tags
  const [patch] = usePatchFileMutation()
  // What is written counts at once, so that the next tag does not take the one before away.
  const [shown, setShown] = useState(file.tags)
  useEffect(() => setShown(file.tags), [file.tags])
  if (file.role !== 'owner') return <TagLinks tags={file.tags} />
  const keep = (tags: string[]) => {
    setShown(tags)
    return patch({ id: file.id, tags })
      .unwrap()
      .catch((error: unknown) => {
        setShown(file.tags)
        toastProblem(text().files.tags.notKept, detailOf(error))
      })
  }
  return (
    <TagsInput
      size="xs"
      mb="md"
      maw={640}
      label={words.label}
      description={words.hint}
      value={shown}
      maxTags={TAGS_MAX}
      maxLength={CHARS_MAX}
      onChange={(tags) => void keep(tags)}
    />
  )
}
