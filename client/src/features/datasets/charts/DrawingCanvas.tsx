import { useComputedColorScheme } from '@mantine/core'
import { useReducedMotion } from '@mantine/hooks'
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  ScatterController,
  Tooltip,
} from 'chart.js'
import { type RefObject, useEffect, useRef } from 'react'
import { chartSettings, pictureOf } from './chartSettings'
import type { Drawing } from './drawing'

Chart.register(
  ...[BarController, BarElement, LineController, LineElement, PointElement, ScatterController],
  ...[CategoryScale, LinearScale, Tooltip, Legend],
)

const HEIGHT = 320
const BAR_HEIGHT = 24

type Props = {
  drawing: Drawing
  along: boolean
  adds: boolean
  /** Filled with what makes a picture of the chart, while there is one. */
  picture: RefObject<(() => Promise<Blob | null>) | null>
  onPick: (filters: string[]) => void
}

/** A chart on a canvas. Whoever cannot see it has the table; the name says what is drawn. */
const DrawingCanvas = ({ drawing, along, adds, picture, onPick }: Props) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const scheme = useComputedColorScheme('light')
  const still = useReducedMotion()
  const picked = useRef(onPick)
  useEffect(() => {
    picked.current = onPick
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  useEffect(() => {
    if (!canvas.current) return
    const wish = { still, along, adds, onPick: (filters: string[]) => picked.current(filters) }
    const drawn = new Chart(canvas.current, chartSettings(drawing, wish))
    picture.current = () => pictureOf(drawn)
    return () => {
      picture.current = null
      drawn.destroy()
    }
  }, [drawing, along, adds, scheme, still, picture])
  const height = drawing.kind === 'bar' ? Math.max(HEIGHT, drawing.labels.length * BAR_HEIGHT + 60) : HEIGHT
  return (
    <div style={{ height, position: 'relative' }}>
      <canvas ref={canvas} role="img" aria-label={drawing.title} />
    </div>
  )
}

export default DrawingCanvas
