import { useComputedColorScheme } from '@mantine/core'
import { Chart, LinearScale, LineController, LineElement, PointElement, Tooltip } from 'chart.js'
import { useEffect, useRef } from 'react'
import { locale } from '../../i18n/locale'
import { formatClock } from '../../shared/format'
import { broken, type Point, ticksBetween } from './samples'

Chart.register(LineController, LineElement, LinearScale, PointElement, Tooltip)

/** `from` and `to` are the ends of the window, in milliseconds. */
type Props = {
  points: Point[]
  from: number
  to: number
  label: string
  name: string
  shown: (value: number) => string
}

/** The page's own colours, as they are in the theme in use. */
const colours = () => {
  const style = getComputedStyle(document.documentElement)
  const value = (name: string) => style.getPropertyValue(name).trim()
  return { line: value('--accent'), grid: value('--line'), words: value('--text-soft') }
}

const clock = (at: number) => formatClock(new Date(at).toISOString())

const settings = (name: string, shown: Props['shown']) => {
  const { line, grid, words } = colours()
  return {
    type: 'line' as const,
    data: {
      datasets: [
        {
          label: name,
          data: [] as { x: number; y: number | null }[],
          borderColor: line,
          backgroundColor: line,
          borderWidth: 1.5,
          pointRadius: 0,
          pointHitRadius: 12,
          pointHoverRadius: 4,
        },
      ],
    },
    options: {
      locale: locale(),
      parsing: false as const,
      responsive: true,
      maintainAspectRatio: false,
      // A new sample every second is motion enough.
      animation: false as const,
      font: { family: "'Inter Variable', system-ui, sans-serif" },
      interaction: { mode: 'index' as const, intersect: false },
      scales: {
        x: {
          type: 'linear' as const,
          grid: { color: grid },
          border: { color: grid },
          // Whole minutes, or tens of seconds, wherever the window begins.
          afterBuildTicks: (axis: { min: number; max: number; ticks: { value: number }[] }) => {
            axis.ticks = ticksBetween(axis.min, axis.max).map((value) => ({ value }))
          },
          ticks: {
            color: words,
            maxRotation: 0,
            autoSkipPadding: 16,
            callback: (at: number | string) => clock(Number(at)),
          },
        },
        y: {
          grid: { color: grid },
          border: { display: false },
          ticks: { color: words, maxTicksLimit: 6 },
        },
      },
      plugins: {
        tooltip: {
          displayColors: false,
          callbacks: {
            title: ([item]: { parsed: { x: number | null } }[]) =>
              item?.parsed.x ? clock(item.parsed.x) : '',
            label: ({ parsed }: { parsed: { y: number | null } }) =>
              parsed.y === null ? '' : shown(parsed.y),
          },
        },
      },
    },
  }
}

/** The line of a signal on a canvas. Whoever cannot see it has its name, which says what is drawn, and the table. */
const PlotCanvas = ({ points, from, to, label, name, shown }: Props) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const chart = useRef<Chart<'line', { x: number; y: number | null }[]> | null>(null)
  const scheme = useComputedColorScheme('light')
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  useEffect(() => {
    if (!canvas.current) return
    const drawn = new Chart(canvas.current, settings(name, shown))
    chart.current = drawn
    return () => drawn.destroy()
  }, [scheme, name])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a chart made anew has no points
  useEffect(() => {
    const drawn = chart.current
    const [line] = drawn?.data.datasets ?? []
    if (!drawn || !line) return
    line.data = broken(points)
    drawn.options.scales = {
      ...drawn.options.scales,
      x: { ...drawn.options.scales?.x, min: from, max: to },
    }
    drawn.update('none')
  }, [points, from, to, scheme, name])
  return (
    <div style={{ height: 280, position: 'relative' }}>
      <canvas ref={canvas} role="img" aria-label={label} />
    </div>
  )
}

export default PlotCanvas
