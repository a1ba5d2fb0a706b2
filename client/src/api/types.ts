/** What the server says; sizes and offsets are bytes, times are ISO 8601 in UTC. The schema is the source. */
import type { components } from './schema.gen'

type Schemas = components['schemas']

export type FileEntry = Schemas['Entry']
/** What somebody may do with a file and its table. */
export type SessionRef = Schemas['SessionRef']
export type SignInWays = Schemas['SignInWays']
export type Usage = Schemas['Usage']
export type LinkRef = Schemas['LinkRef']
export type NewLink = Schemas['NewLink']
export type ShownLink = Schemas['ShownLink']
export type LinkedFile = Schemas['LinkedFile']
export type NewUploadLink = Schemas['NewUploadLink']
export type OpenUploadLink = Schemas['OpenUploadLink']
export type ShownUploadLink = Schemas['ShownUploadLink']
export type UploadLinkRef = Schemas['UploadLinkRef']
export type OpenedLink = Schemas['OpenedLink']
export type Given = Schemas['Given']
export type Role = FileEntry['role']
export type FileStatus = FileEntry['status']
export type Column = Schemas['ColumnRef']
export type Reject = Schemas['RejectRow']
export type Rejects = Schemas['Rejects']
export type Warned = Schemas['Warned']
export type FileProgress = Schemas['Progress']
export type User = Schemas['UserRef']

/**
 * The schema leaves cells open; these are the JSON values that a column can hold. A number whose text is more
 * than the number (`24.50`) comes as that text.
 */
export type Cell = string | number | boolean | null
export type Row = Record<string, Cell>
/** `truncated`: cells of which only the start is sent, `row` is the index in `rows`, `length` counts characters. */
export type Content = Omit<Schemas['Content'], 'rows' | 'truncated'> & {
  rows: Row[]
  truncated?: { row: number; column: string; length: number }[]
}
export type Damage = Schemas['Damage']
/** The statement that made the table. */
export type QueryOrigin = Schemas['QueryOrigin']
/** `damage`: why there is no content of a table that there is. */
export type FileDetail = FileEntry & {
  content: Content | null
  damage?: Damage | null
  origin?: QueryOrigin | null
}

/** A row as the server gives it: its cells, and the id that it keeps for ever. */
export type DataRow = Row & { _rid: number }
export type Aggregates = Omit<Schemas['ColumnAggregates'], 'min' | 'max' | 'mean' | 'sum' | 'cut'> & {
  cut?: boolean
  min: Cell
  max: Cell
  mean: Cell
  sum: Cell
}
/** `matched` counts the rows that hold all filters; the aggregates are of those. */
export type Table = Omit<Schemas['Table'], 'rows' | 'aggregates' | 'truncated'> & {
  /** The rows are fewer than were asked for, since their texts are very long. */
  truncated?: boolean
  rows: DataRow[]
  aggregates: Record<string, Aggregates> | null
}
/** `cut`: of a long text only the start is sent. */
export type Group = { key: Cell; value: Cell; cut?: boolean }
export type Groups = Omit<Schemas['Groups'], 'groups'> & { groups: Group[] }
export type Profile = Omit<Schemas['Profile'], 'values' | 'bins'> & {
  values?: { value: Cell; count: number; cut?: boolean }[] | null
  bins?: { from: Cell; to: Cell; count: number }[] | null
}
export type Version = Schemas['Version']
