import { skipToken } from '@reduxjs/toolkit/query'
import { useEffect } from 'react'
import { useListFilesInfiniteQuery } from '../../api/filesApi'
import { selectSessionStatus } from '../../api/session'
import { useAppSelector } from '../../app/hooks'
import type { FilesView } from './filesUrl'
import { selectHiddenFiles } from './hiddenFilesSlice'

/** The entries of the page in view. Pages are chained by cursors, so a far page fetches those before it. */
export const useFilesPage = ({ page, ...asked }: FilesView, alsoHidden: string[]) => {
  const signedIn = useAppSelector((state) => selectSessionStatus(state) === 'in')
  const hidden = useAppSelector(selectHiddenFiles)
  const list = useListFilesInfiniteQuery(signedIn ? asked : skipToken)
  const { fetchNextPage, hasNextPage, isFetching, isError } = list
  const pages = list.data?.pages ?? []
  const missing = page > pages.length && hasNextPage

  useEffect(() => {
    if (missing && !isFetching && !isError) void fetchNextPage()
  }, [missing, isFetching, isError, fetchNextPage])

  const shown = pages[Math.min(page, pages.length) - 1]
  const gone = (id: string) => hidden.includes(id) || alsoHidden.includes(id)
  const entries = shown?.entries.filter(({ id }) => !gone(id)) ?? []
  const hiddenHere = (shown?.entries.length ?? 0) - entries.length
  return {
    entries,
    total: Math.max(0, (shown?.total ?? 0) - hiddenHere),
    hasNext: page < pages.length || (shown?.next ?? null) !== null,
    loading: !shown || missing,
    refreshing: isFetching && list.data === undefined,
    error: isError && !shown ? list.error : null,
    retry: list.refetch,
  }
}
