import { ActionIcon, type CSSVariablesResolver, createTheme, Menu, Modal, Tooltip } from '@mantine/core'

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 6, dark: 5 },
  autoContrast: true,
  defaultRadius: 8,
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace",
  headings: { fontWeight: '650' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  colors: {
    indigo: [
      '#eef0ff',
      '#dfe3ff',
      '#c3c9ff',
      '#a9b1ff',
      '#8f98f8',
      '#5b5bea',
      '#4f46e5',
      '#4338ca',
      '#3a31ab',
      '#312e81',
    ],
    dark: [
      '#d5d8e0',
      '#b4b8c4',
      '#969ba9',
      '#6c7180',
      '#3d424f',
      '#31353f',
      '#22252d',
      '#191b21',
      '#131519',
      '#0d0e11',
    ],
  },
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { size: 30 } }),
    // A menu may hold nothing but its items, so the first of them gets the focus.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    // Its head would be a second banner of the page.
    Modal: Modal.extend({
      defaultProps: { attributes: { header: { role: 'presentation' } } },
      // Who lies higher is lighter, in the dark theme too.
      styles: {
        content: { background: 'var(--raised)' },
        header: { background: 'var(--raised)' },
        title: { fontWeight: 650 },
      },
    }),
    Tooltip: Tooltip.extend({
      defaultProps: { withArrow: true, events: { hover: true, focus: true, touch: false } },
    }),
  },
})

const OWN_COLOURS = {
  '--mantine-color-body': 'var(--page)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-dimmed': 'var(--text-soft)',
  '--mantine-color-placeholder': 'var(--text-soft)',
  '--mantine-color-default': 'var(--raised)',
  '--mantine-color-default-hover': 'var(--hover)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-color-anchor': 'var(--accent)',
  '--mantine-color-indigo-light': 'color-mix(in oklab, var(--accent) 13%, transparent)',
  '--mantine-color-indigo-light-hover': 'color-mix(in oklab, var(--accent) 20%, transparent)',
  '--mantine-color-indigo-light-color': 'var(--accent)',
  '--mantine-color-error': 'var(--status-error)',
}

/** Mantine's neutral colours follow the page's own, which `theme.css` defines for both schemes. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: OWN_COLOURS,
  dark: OWN_COLOURS,
})
