import { counted, number } from '../count'

export const live = {
  pages: 'Pages of samples',
  title: 'Live signals',
  signal: 'Signal',
  about: {
    ingest_rate: 'Bytes of uploads that were stored safely in this second.',
    active_uploads: 'Uploads that are receiving bytes.',
    queue_depth: 'Files that wait to be read, or are being read.',
    random: 'A random number between 0 and 1.',
  } as Readonly<Record<string, string>>,
  notLoaded: 'The signals cannot be shown',
  unknown: (name: string) => `There is no signal ${name}. Choose another one.`,
  reconnecting: 'The connection was lost. What is missed meanwhile is fetched when it is back.',
  window: 'Window of the plot',
  minutes: (n: number) => `${n} min`,
  plot: (name: string, minutes: number) =>
    `${name.replaceAll('_', ' ')} over the last ${counted(minutes, 'minute', 'minutes')}`,
  facts: (count: number, from: string, to: string) =>
    `${counted(count, 'sample', 'samples')} from ${from} to ${to}`,
  range: (least: string, greatest: string, latest: string) =>
    `least ${least}, greatest ${greatest}, latest ${latest}`,
  noSamples: 'No samples yet',
  at: (time: string) => `at ${time}`,
  pause: 'Pause',
  goOn: 'Go on',
  pausedAt: (time: string) => `stopped at ${time}`,
  stored: 'Stored samples',
  table: 'Samples',
  count: (n: number) => `${number(n)} of the last 24 hours`,
  time: 'Time',
  value: 'Value',
  valueIn: (unit: string) => `Value in ${unit}`,
  page: (page: string, last: string) => `Page ${page} of ${last}`,
  first: 'First page',
  previous: 'Previous page',
  next: 'Next page',
}
