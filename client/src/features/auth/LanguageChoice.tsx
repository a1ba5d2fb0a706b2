import { Anchor } from '@mantine/core'
import { LANGUAGES, type Language, setLanguage, useLanguage } from '../../i18n/language'

const NAMES = Object.entries(LANGUAGES) as [Language, string][]

/** The other languages of the page, each in its own words; for somebody who cannot read this one. */
export const LanguageChoice = () => {
  const here = useLanguage()
  return NAMES.filter(([language]) => language !== here).map(([language, name]) => (
    <Anchor
      key={language}
      component="button"
      type="button"
      size="sm"
      lang={language}
      onClick={() => void setLanguage(language)}
    >
      {name}
    </Anchor>
  ))
}
