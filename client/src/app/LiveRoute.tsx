import { Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'

const LivePage = lazy(() => import('../features/live/LivePage'))

/** The live signals; their code comes when somebody wants to see them. */
export const LiveRoute = () => (
  <Suspense fallback={<Skeleton height={420} aria-busy="true" />}>
    <LivePage />
  </Suspense>
)
