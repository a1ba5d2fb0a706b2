import { number } from '../count'

export const sameName = {
  of: (name: string) => `There is a table ${name}`,
  question: (name: string, when: string) => `You have a table ${name} already (${when}). This one is to be`,
  answers: { new: 'a new file', replace: 'its new rows', append: 'added to it' },
  answerOf: (answer: string, name: string) => `${name}: ${answer}`,
  all: 'for all of these',
  waiting: {
    replace: 'Its rows take the place of those of the table as soon as they are read. Keep this page open.',
    append: 'Its rows are added to the table as soon as they are read. Keep this page open.',
  },
  replaced: (version: number) =>
    `Its rows are version ${number(version)} of the table now; the file itself stays in the list.`,
  appended: (version: number) =>
    `Its rows are in the table now, in version ${number(version)}; the file itself stays in the list.`,
  failed: 'The table stays as it was, and this is a new file.',
}
