import { Kbd, Modal } from '@mantine/core'
import { useText } from '../i18n/language'
import { useLaterText } from '../i18n/later'
import { useAppDispatch } from '../store/hooks'
import classes from './KeyHelpDialog.module.css'
import { keyHelpTurned } from './keyHelpSlice'

const GROUPS = [
  [
    'everywhere',
    [
      ['?', 'help'],
      ['/', 'search'],
      ['u', 'upload'],
    ],
  ],
  [
    'list',
    [
      ['↓ ↑ j k', 'move'],
      ['Space', 'select'],
      ['Shift + ↓', 'range'],
      ['Ctrl + a', 'all'],
      ['Enter', 'open'],
      ['Delete', 'remove'],
      ['Esc', 'clear'],
    ],
  ],
  [
    'table',
    [
      ['↓ ↑ ← →', 'cell'],
      ['Home End', 'ends'],
      ['PageUp PageDown', 'pages'],
      ['Shift + ↓ ↑ ← →', 'widen'],
      ['Shift + Space', 'rows'],
      ['Ctrl + Space', 'columns'],
      ['Ctrl + a', 'everything'],
      ['Ctrl + c', 'copy'],
      ['Ctrl + v', 'paste'],
      ['Ctrl + d', 'fillDown'],
      ['Delete', 'empty'],
      ['Ctrl + z', 'undo'],
      ['Ctrl + Shift + z', 'redo'],
      ['Ctrl + h', 'find'],
      ['Ctrl + g', 'goTo'],
      ['Enter F2', 'edit'],
      ['Enter Tab', 'keep'],
      ['Esc', 'drop'],
    ],
  ],
  ['statement', [['Ctrl + Enter', 'run']]],
] as const

/** Pure: the keys as they are called on a keyboard of the language. */
export const keyName = (keys: string, names: Record<string, string>): string =>
  keys
    .split(' ')
    .map((key) => names[key] ?? key)
    .join(' ')

/** Every shortcut of the page. */
const KeyHelpDialog = () => {
  const { shared } = useText()
  const words = useLaterText().keys
  const dispatch = useAppDispatch()
  return (
    <Modal
      opened
      onClose={() => dispatch(keyHelpTurned(false))}
      title={words.title}
      closeButtonProps={{ 'aria-label': shared.close }}
    >
      {GROUPS.map(([group, keys]) => (
        <section key={group} className={classes.keys}>
          <h3>{words[group]}</h3>
          <dl>
            {keys.map(([key, word]) => (
              <div key={word}>
                <dt>
                  <Kbd>{keyName(key, words.names)}</Kbd>
                </dt>
                <dd>{words[word]}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  )
}

export default KeyHelpDialog
