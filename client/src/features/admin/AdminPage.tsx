import { Alert, Skeleton, Tabs } from '@mantine/core'
import type { ComponentType } from 'react'
import { useSearchParams } from 'react-router'
import { useIsAdminQuery } from '../../api/adminApi'
import { NotLoaded } from '../../display/NotLoaded'
import { useLaterText } from '../../i18n/later'
import { PageTitle } from '../../shared/PageTitle'
import { usePageTitle } from '../../shared/usePageTitle'
import classes from './AdminPage.module.css'
import { AuditTab } from './AuditTab'
import { JobsTab } from './JobsTab'
import { ServerTab } from './ServerTab'
import { UsersTab } from './UsersTab'

const TABS = { users: UsersTab, jobs: JobsTab, server: ServerTab, audit: AuditTab } as const
type Tab = keyof typeof TABS
const ORDER = Object.keys(TABS) as Tab[]

const AdminTabs = () => {
  const words = useLaterText().admin
  const [params, setParams] = useSearchParams()
  const tab = ORDER.find((each) => each === params.get('tab')) ?? 'users'
  const Shown: ComponentType = TABS[tab]
  return (
    <Tabs
      value={tab}
      keepMounted={false}
      onChange={(value) => setParams(value && value !== 'users' ? { tab: value } : {}, { replace: true })}
    >
      <Tabs.List aria-label={words.title}>
        {ORDER.map((each) => (
          <Tabs.Tab key={each} value={each}>
            {words.tabs[each]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {ORDER.map((each) => (
        <Tabs.Panel key={each} value={each} className={classes.panel}>
          {each === tab && <Shown />}
        </Tabs.Panel>
      ))}
    </Tabs>
  )
}

/** Accounts, jobs, the server and who did what, for administrators. */
const AdminPage = () => {
  const words = useLaterText().admin
  const { data, error, isError, refetch } = useIsAdminQuery()
  usePageTitle(words.title)
  return (
    <div data-wide>
      <PageTitle>{words.title}</PageTitle>
      {isError && <NotLoaded title={words.notLoaded} error={error} onRetry={refetch} />}
      {data === undefined && !isError && <Skeleton height={300} aria-busy="true" />}
      {data === false && <Alert color="yellow">{words.notAdmin}</Alert>}
      {data && <AdminTabs />}
    </div>
  )
}

export default AdminPage
