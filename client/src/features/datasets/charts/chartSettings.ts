import type { Chart, ChartConfiguration, Plugin } from 'chart.js'
import { locale } from '../../../i18n/locale'
import type { Drawing, DrawnBox } from './drawing'
import { SERIES_COLOURS, themeColours } from './themeColours'

const TEXT_CHARS_MAX = 200
const DAY_CHARS = 10

type Colours = ReturnType<typeof themeColours>
type Pick = (filters: string[]) => void

const colourOf = (index: number, isRest: boolean, colours: Colours): string =>
  isRest ? colours.rest : (SERIES_COLOURS[index % SERIES_COLOURS.length] ?? colours.bar)

/** The ground below a chart, so that its picture can be read wherever it is put. */
const ground = (colour: string): Plugin => ({
  id: 'ground',
  beforeDraw: ({ ctx, width, height }) => {
    ctx.save()
    ctx.fillStyle = colour
    ctx.fillRect(0, 0, width, height)
    ctx.restore()
  },
})

/** The lines of boxes from the least to the greatest value, and their medians. */
const whiskers = (boxes: DrawnBox[], colour: string): Plugin => ({
  id: 'whiskers',
  afterDatasetsDraw: (chart) => {
    const scale = chart.scales.y
    if (!scale) return
    const { ctx } = chart
    ctx.save()
    ctx.strokeStyle = colour
    ctx.lineWidth = 1.5
    chart.getDatasetMeta(0).data.forEach((element, index) => {
      const box = boxes[index]
      if (!box) return
      const { x, width } = element.getProps(['x', 'width'] as never, true) as { x: number; width: number }
      const at = (value: number) => scale.getPixelForValue(value)
      const line = (fromX: number, fromY: number, toX: number, toY: number) => {
        ctx.moveTo(fromX, fromY)
        ctx.lineTo(toX, toY)
      }
      ctx.beginPath()
      line(x, at(box.low), x, at(box.q1))
      line(x, at(box.q3), x, at(box.high))
      for (const value of [box.low, box.high]) line(x - width / 4, at(value), x + width / 4, at(value))
      line(x - width / 2, at(box.median), x + width / 2, at(box.median))
      ctx.stroke()
    })
    ctx.restore()
  },
})

/** What is drawn: for points and boxes of their own kinds, else a line or a bar for each series. */
const datasetsOf = (drawing: Drawing, colours: Colours) => {
  const { kind, series, boxes, points } = drawing
  if (kind === 'scatter')
    return [
      { label: drawing.title, data: points, backgroundColor: `${colourOf(0, false, colours)}99`, radius: 3 },
    ]
  if (kind === 'box')
    return [
      {
        label: drawing.yTitle,
        data: boxes.map(({ q1, q3 }) => [q1, q3] as [number, number]),
        backgroundColor: `${colourOf(0, false, colours)}55`,
        borderColor: colourOf(0, false, colours),
        borderWidth: 1,
        borderSkipped: false,
        minBarLength: 2,
        maxBarThickness: 46,
      },
    ]
  return series.map(({ name, values, isRest }, index) => {
    const colour = series.length === 1 ? colours.bar : colourOf(index, isRest, colours)
    return {
      label: name,
      data: values,
      backgroundColor: colour,
      hoverBackgroundColor: colours.hover,
      ...(kind === 'line'
        ? { borderColor: colour, borderWidth: 2, pointRadius: values.length > 80 ? 0 : 3, pointHitRadius: 8 }
        : { borderRadius: 2, maxBarThickness: 40, categoryPercentage: kind === 'histogram' ? 0.98 : 0.86 }),
    }
  })
}

const isSideways = ({ kind, labels, series }: Drawing, along: boolean): boolean =>
  kind === 'bar' && !along && series.length > 0 && labels.some((label) => label.length > 4)

const momentTick = (value: number | string): string =>
  new Date(Number(value)).toISOString().slice(0, DAY_CHARS)

const textAt = (drawing: Drawing, series: number, index: number): string => {
  const text = drawing.kind === 'scatter' ? drawing.points[index]?.text : drawing.series[series]?.texts[index]
  const name = drawing.series.length > 1 ? `${drawing.series[series]?.name}, ` : ''
  return `${name}${text ?? ''}`.slice(0, TEXT_CHARS_MAX)
}

const picksAt = (drawing: Drawing, series: number, index: number): string[] =>
  (drawing.kind === 'scatter' ? drawing.points[index]?.filters : drawing.series[series]?.picks[index]) ?? []

type Axes = { drawing: Drawing; colours: Colours; sideways: boolean; stacked: boolean }

const scalesOf = ({ drawing, colours, sideways, stacked }: Axes) => {
  const { kind, moments, xTitle, yTitle } = drawing
  const title = (text: string) => ({ display: text !== '', text, color: colours.words })
  const keys = {
    stacked,
    title: title(xTitle),
    grid: { display: false },
    border: { color: colours.line },
    ticks: {
      color: colours.words,
      maxRotation: 0,
      autoSkip: !sideways,
      autoSkipPadding: 12,
      ...(moments.x && { callback: momentTick }),
    },
  }
  const values = {
    stacked,
    beginAtZero: kind !== 'scatter' && kind !== 'box',
    title: title(yTitle),
    grid: { color: colours.line },
    border: { display: false },
    ticks: { color: colours.words, maxTicksLimit: 6, ...(moments.y && { callback: momentTick }) },
  }
  return sideways ? { x: values, y: keys } : { x: keys, y: values }
}

type Wish = { still: boolean; along: boolean; adds: boolean; onPick: Pick }

/** How a drawing is drawn; `along`: time, `adds`: series can stand upon each other, because they add up. */
export const chartSettings = (drawing: Drawing, { still, along, adds, onPick }: Wish): ChartConfiguration => {
  const colours = themeColours()
  const sideways = isSideways(drawing, along)
  const stacked = drawing.kind === 'bar' && adds && drawing.series.length > 1
  const types = { bar: 'bar', line: 'line', histogram: 'bar', box: 'bar', scatter: 'scatter' } as const
  return {
    type: types[drawing.kind],
    data: { labels: drawing.labels, datasets: datasetsOf(drawing, colours) },
    options: {
      locale: locale(),
      indexAxis: sideways ? 'y' : 'x',
      responsive: true,
      maintainAspectRatio: false,
      animation: still ? false : { duration: 180 },
      onClick: (_: unknown, hits: { datasetIndex: number; index: number }[]) => {
        const [hit] = hits
        const filters = hit ? picksAt(drawing, hit.datasetIndex, hit.index) : []
        if (filters.length > 0) onPick(filters)
      },
      scales: scalesOf({ drawing, colours, sideways, stacked }),
      plugins: {
        legend: { display: drawing.series.length > 1, labels: { color: colours.words, boxWidth: 12 } },
        tooltip: {
          callbacks: {
            title: () => '',
            label: ({ datasetIndex, dataIndex }: { datasetIndex: number; dataIndex: number }) =>
              textAt(drawing, datasetIndex, dataIndex),
          },
        },
      },
    },
    plugins: [
      ground(colours.ground),
      ...(drawing.kind === 'box' ? [whiskers(drawing.boxes, colours.words)] : []),
    ],
  } as ChartConfiguration
}

/** The picture of a chart, as a PNG; null where there is nothing to be seen. */
export const pictureOf = (chart: Chart): Promise<Blob | null> =>
  new Promise((resolve) => chart.canvas.toBlob(resolve, 'image/png'))
