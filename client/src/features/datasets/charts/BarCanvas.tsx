import { useComputedColorScheme } from '@mantine/core'
import { useReducedMotion } from '@mantine/hooks'
import { BarController, BarElement, CategoryScale, Chart, LinearScale, Tooltip } from 'chart.js'
import { useEffect, useRef } from 'react'
import { locale } from '../../../i18n/locale'
import type { Bar, ChartData } from './chartData'
import { themeColours } from './themeColours'

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip)

const BAR_HEIGHT = 22
/** Characters of a key above the number that belongs to it. */
const TITLE_CHARS_MAX = 120

const shorten = (key: string) =>
  key.length > TITLE_CHARS_MAX ? `${key.slice(0, TITLE_CHARS_MAX - 1)}…` : key

type Pick = (bar: Bar) => void

const settings = (
  { bars, valueHead, sideways, asCells }: ChartData,
  still: boolean,
  onPick: Pick | undefined,
) => {
  const { bar, hover, line, words } = themeColours()
  const keys = {
    grid: { display: false },
    border: { color: line },
    ticks: { color: words, maxRotation: 0, autoSkip: !sideways, autoSkipPadding: 12 },
  }
  const values = {
    beginAtZero: true,
    grid: { color: line },
    border: { display: false },
    ticks: { color: words, maxTicksLimit: 4, ...(asCells && { callback: String }) },
  }
  return {
    type: 'bar' as const,
    data: {
      labels: bars.map(({ tick }) => tick),
      datasets: [
        {
          label: valueHead,
          data: bars.map(({ value }) => value),
          backgroundColor: bar,
          hoverBackgroundColor: hover,
          borderRadius: 3,
          maxBarThickness: 34,
          categoryPercentage: sideways ? 0.86 : 0.96,
          barPercentage: sideways ? 0.86 : 0.96,
        },
      ],
    },
    options: {
      locale: locale(),
      indexAxis: sideways ? ('y' as const) : ('x' as const),
      responsive: true,
      maintainAspectRatio: false,
      animation: still ? (false as const) : { duration: 180 },
      font: { family: "'Inter Variable', system-ui, sans-serif" },
      onClick: (_: unknown, hits: { index: number }[]) => {
        const bar = bars[hits[0]?.index ?? -1]
        if (bar && bar.filters.length > 0) onPick?.(bar)
      },
      scales: sideways ? { x: values, y: keys } : { x: keys, y: values },
      plugins: {
        tooltip: {
          callbacks: {
            title: ([item]: { dataIndex: number }[]) => shorten(bars[item?.dataIndex ?? -1]?.key ?? ''),
            label: ({ dataIndex }: { dataIndex: number }) => `${valueHead}: ${bars[dataIndex]?.text ?? ''}`,
          },
        },
      },
    },
  }
}

/** Bars on a canvas. Whoever cannot see them has the table; the name says what is drawn. */
const BarCanvas = ({ chart, height, onPick }: { chart: ChartData; height: number; onPick?: Pick }) => {
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
    const drawn = new Chart(
      canvas.current,
      settings(chart, still, (bar) => picked.current?.(bar)),
    )
    return () => drawn.destroy()
  }, [chart, scheme, still])
  const needed = chart.sideways ? Math.max(height, chart.bars.length * BAR_HEIGHT + 30) : height
  return (
    <div style={{ height: needed, position: 'relative' }}>
      <canvas ref={canvas} role="img" aria-label={chart.title} />
    </div>
  )
}

export default BarCanvas
