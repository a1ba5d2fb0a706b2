import { skipToken } from '@reduxjs/toolkit/query'
import { useEffect, useState } from 'react'
import { useListFilesQuery } from '../../api/filesApi'
import { selectSessionStatus } from '../../api/session'
import { useAppSelector } from '../../store/hooks'
import { newCursors, pageOnTheWay, withNext } from './cursors'
import type { FilesView } from './filesUrl'
import { selectHiddenFiles } from './hiddenFilesSlice'
import { usePlaceInQueue } from './usePlaceInQueue'

/**
 * The entries of the page in view. A page begins behind the one before it, so a far one that is opened by its
 * address is reached by way of those before it; only the one in view is kept fresh.
 */
export const useFilesPage = ({ page: wanted, ...asked }: FilesView, alsoHidden: string[]) => {
  const signedIn = useAppSelector((state) => selectSessionStatus(state) === 'in')
  const hidden = useAppSelector(selectHiddenFiles)
  const list = JSON.stringify(asked)
  const [kept, setKept] = useState(() => newCursors(list))
  const cursors = kept.of === list ? kept : newCursors(list)
  const { page, cursor } = pageOnTheWay(cursors, wanted)
  const { currentData, data, isFetching, isError, error, refetch } = useListFilesQuery(
    signedIn ? { ...asked, cursor } : skipToken,
  )
  const after = currentData && withNext(cursors, page, currentData.next)
  useEffect(() => {
    if (after && after !== kept) setKept(after)
  }, [after, kept])

  const shown = currentData ?? data
  usePlaceInQueue(shown?.entries ?? [], refetch)
  const onTheWay = page < wanted && (!currentData || currentData.next !== null)
  const gone = (id: string) => hidden.includes(id) || alsoHidden.includes(id)
  const entries = shown?.entries.filter(({ id }) => !gone(id)) ?? []
  const hiddenHere = (shown?.entries.length ?? 0) - entries.length
  return {
    entries,
    total: Math.max(0, (shown?.total ?? 0) - hiddenHere),
    hasNext: (shown?.next ?? null) !== null,
    loading: !shown || onTheWay,
    refreshing: isFetching && currentData === undefined,
    error: isError && !shown ? error : null,
    retry: refetch,
  }
}
