import { useEffect, useRef } from 'react'
import { filesApi } from '../../../api/filesApi'
import { selectLive } from '../../../api/live'
import { detailOf, wordsFor } from '../../../api/problem'
import { tableFilesApi } from '../../../api/tableFiles'
import { laterText } from '../../../i18n/later'
import { useAppDispatch, useAppSelector } from '../../../store/hooks'
import type { AppDispatch } from '../../../store/state'
import { type SameName, sameNameDone, sameNameFound, selectSameName } from '../sameNameSlice'
import { selectUpload } from '../uploadsSlice'
import { chosenTable, rememberTable, tablesCalled } from './chosenTable'

const LOOKED_AT_MAX = 100

/** Asks once, when the upload has begun, whether there is a table of its name. */
const useFinding = (id: string): void => {
  const dispatch = useAppDispatch()
  const row = useAppSelector((state) => selectUpload(state, id))
  const kept = useAppSelector((state) => selectLive(state, row?.fileId ?? null)?.name)
  const isFree = row !== undefined && row.appendsTo === null && row.relativePath === null
  const fileId = isFree ? row.fileId : null
  const name = kept ?? row?.name ?? ''
  useEffect(() => {
    if (fileId === null || name === '') return
    const query = { q: name, kind: 'table', owner: 'me', status: 'done', since: '', tag: '' } as const
    const ask = filesApi.endpoints.listFiles.initiate(
      { ...query, sort: '-uploaded_at', limit: LOOKED_AT_MAX, cursor: null },
      { subscribe: false, forceRefetch: true },
    )
    void dispatch(ask).then(({ data }) => {
      const table = chosenTable(tablesCalled(data?.entries ?? [], name, fileId), name)
      if (!table) return
      const found = { id, fileId, table: { id: table.id, name }, uploadedAt: table.uploaded_at }
      dispatch(sameNameFound(found))
    })
  }, [dispatch, id, fileId, name])
}

const carryOut = async (dispatch: AppDispatch, id: string, { fileId, table, answer }: SameName) => {
  const words = laterText().sameName
  const order = { id: table.id, fileId }
  const { replaceRows, appendRows } = tableFilesApi.endpoints
  try {
    const made =
      answer === 'replace'
        ? await dispatch(replaceRows.initiate(order)).unwrap()
        : await dispatch(appendRows.initiate(order)).unwrap()
    rememberTable(table.name, table.id)
    const said = answer === 'replace' ? words.replaced : words.appended
    dispatch(sameNameDone({ id, failed: false, words: said(made.version) }))
  } catch (error) {
    dispatch(sameNameDone({ id, failed: true, words: `${words.failed} ${detailOf(error)}` }))
  }
}

/** Carries an answer out, once, when the upload is a table. */
const useCarryingOut = (id: string): void => {
  const dispatch = useAppDispatch()
  const question = useAppSelector((state) => selectSameName(state, id))
  const live = useAppSelector((state) => selectLive(state, question?.fileId ?? null))
  const sent = useRef(false)
  const wanted =
    question && question.outcome === null && question.answer !== null && question.answer !== 'new'
  const status = live?.status
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answer, and the end of the upload, decide
  useEffect(() => {
    if (!wanted || sent.current || (status !== 'done' && status !== 'error')) return
    sent.current = true
    if (status === 'done') void carryOut(dispatch, id, question)
    else {
      const why = live?.error ? wordsFor(live.error.code, live.error.message) : ''
      dispatch(sameNameDone({ id, failed: true, words: `${laterText().sameName.failed} ${why}` }))
    }
  }, [wanted, status])
}

const Upload = ({ id }: { id: string }) => {
  useFinding(id)
  useCarryingOut(id)
  return null
}

/** What has to be done about uploads that are called like tables, whether their rows are in sight or not. */
const SameNameWork = ({ ids }: { ids: string[] }) => ids.map((id) => <Upload key={id} id={id} />)

export default SameNameWork
