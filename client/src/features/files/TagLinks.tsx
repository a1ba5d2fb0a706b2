import { Link } from 'react-router'
import { useText } from '../../i18n/language'
import { Name } from '../../shared/Name'
import classes from './TagLinks.module.css'

/** The tags of a file; each leads to the list of all files that have it. */
export const TagLinks = ({ tags }: { tags: string[] }) => {
  const words = useText().files.tags
  if (tags.length === 0) return null
  return (
    <ul className={classes.tags} aria-label={words.label}>
      {tags.map((tag) => (
        <li key={tag}>
          <Link to={`/files?${new URLSearchParams({ tag })}`} title={words.only(tag)}>
            <Name>{tag}</Name>
          </Link>
        </li>
      ))}
    </ul>
  )
}
