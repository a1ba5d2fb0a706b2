import { Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'

const AdminPage = lazy(() => import('../features/admin/AdminPage'))

/** The page for administrators; its code comes when one opens it. */
export const AdminRoute = () => (
  <Suspense fallback={<Skeleton height={420} aria-busy="true" />}>
    <AdminPage />
  </Suspense>
)
