import classes from './PickBox.module.css'

type Props = { label: string; checked: boolean; partly?: boolean; onPick: (range: boolean) => void }

/** A box to tick; with Shift it picks as far as here. */
export const PickBox = ({ label, checked, partly = false, onPick }: Props) => (
  <span className={classes.pick}>
    <input
      type="checkbox"
      aria-label={label}
      checked={checked}
      ref={(box) => {
        if (box) box.indeterminate = partly
      }}
      onChange={(event) => {
        const { nativeEvent } = event
        onPick('shiftKey' in nativeEvent && nativeEvent.shiftKey === true)
      }}
    />
  </span>
)
