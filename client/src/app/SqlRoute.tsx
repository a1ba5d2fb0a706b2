import { Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'

const SqlPage = lazy(() => import('../features/sql/SqlPage'))
/** Charts are those of tables. */
const ChartFigure = lazy(() =>
  import('../features/datasets/charts/ChartFigure').then(({ ChartFigure }) => ({ default: ChartFigure })),
)

const CHART_HEIGHT = 240

/** The page of statements; its code comes when somebody wants to ask. */
export const SqlRoute = () => (
  <Suspense fallback={<Skeleton height={420} aria-busy="true" />}>
    <SqlPage
      showChart={(chart) => (
        <Suspense fallback={<Skeleton height={CHART_HEIGHT} aria-busy="true" />}>
          <ChartFigure chart={chart} height={CHART_HEIGHT} />
        </Suspense>
      )}
    />
  </Suspense>
)
