/** The page's own colours, as they are in the theme in use. */
export const themeColours = () => {
  const style = getComputedStyle(document.documentElement)
  const value = (name: string) => style.getPropertyValue(name).trim()
  return {
    bar: value('--chart'),
    hover: value('--accent'),
    line: value('--line'),
    words: value('--text-soft'),
    ground: value('--raised'),
    rest: value('--text-faint'),
  }
}

/** Colours of series, which can be told apart on light and on dark ground. */
export const SERIES_COLOURS = [
  '#6366f1',
  '#0d9488',
  '#d97706',
  '#db2777',
  '#3b82f6',
  '#65a30d',
  '#a855f7',
  '#ef4444',
] as const
