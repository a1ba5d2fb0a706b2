import { ActionIcon, Alert, Button, Modal, Select, Skeleton, TextInput } from '@mantine/core'
import { X } from 'lucide-react'
import { useState } from 'react'
import { useGiveAccessMutation, useListAccessQuery, useTakeAccessMutation } from '../../api/filesApi'
import { detailOf } from '../../api/problem'
import type { FileEntry, Given } from '../../api/types'
import { useText } from '../../i18n/language'
import { Name } from '../../shared/Name'
import { FileLinks } from './FileLinks'
import classes from './ShareDialog.module.css'

const EVERYBODY = '*'
const ROLES: Given['role'][] = ['view', 'edit']
const isRole = (value: string | null): value is Given['role'] => ROLES.some((role) => role === value)

type RoleChoiceProps = {
  label: string
  value: Given['role'] | 'none'
  /** Whether there may be no role at all. */
  none?: string
  onChange: (role: Given['role'] | null) => void
}

const RoleChoice = ({ label, value, none, onChange }: RoleChoiceProps) => {
  const words = useText().files.access
  const data = [
    ...(none ? [{ value: 'none', label: none }] : []),
    ...ROLES.map((role) => ({ value: role, label: words.roles[role] })),
  ]
  return (
    <Select
      size="xs"
      className={classes.role}
      aria-label={label}
      data={data}
      value={value}
      allowDeselect={false}
      onChange={(chosen) => onChange(isRole(chosen) ? chosen : null)}
    />
  )
}

const AddPerson = ({ onAdd }: { onAdd: (given: Given) => Promise<boolean> }) => {
  const words = useText().files.access
  const [username, setUsername] = useState('')
  const [role, setRole] = useState<Given['role']>('view')
  return (
    <form
      className={classes.line}
      onSubmit={async (event) => {
        event.preventDefault()
        if (username.trim() !== '' && (await onAdd({ username: username.trim(), role }))) setUsername('')
      }}
    >
      <TextInput
        size="xs"
        className={classes.name}
        aria-label={words.username}
        placeholder={words.username}
        autoCapitalize="none"
        spellCheck={false}
        data-autofocus
        value={username}
        onChange={(event) => setUsername(event.currentTarget.value)}
      />
      <RoleChoice
        label={words.roleOf(words.username)}
        value={role}
        onChange={(chosen) => setRole(chosen ?? 'view')}
      />
      <Button size="xs" type="submit">
        {words.add}
      </Button>
    </form>
  )
}

/** `onChange`: null takes the role away; settles with whether that was done. */
type AccessProps = {
  given: Given[]
  onChange: (username: string, role: Given['role'] | null) => Promise<boolean>
}

const Access = ({ given, onChange }: AccessProps) => {
  const words = useText().files.access
  const everybody = given.find(({ username }) => username === EVERYBODY)?.role ?? 'none'
  const people = given.filter(({ username }) => username !== EVERYBODY)
  return (
    <>
      <div className={classes.line}>
        <span className={classes.name}>{words.everybody}</span>
        <RoleChoice
          label={words.roleOf(words.everybody)}
          value={everybody}
          none={words.nobody}
          onChange={(role) => void onChange(EVERYBODY, role)}
        />
      </div>
      <h3 className={classes.head}>{words.people}</h3>
      <AddPerson onAdd={({ username, role }) => onChange(username, role)} />
      <ul className={classes.list} aria-label={words.people}>
        {people.map((person) => (
          <Person key={person.username} person={person} onChange={onChange} />
        ))}
      </ul>
      <p className={classes.note}>{words.note}</p>
    </>
  )
}

const Person = ({
  person: { username, role },
  onChange,
}: Pick<AccessProps, 'onChange'> & { person: Given }) => {
  const words = useText().files.access
  return (
    <li className={classes.line}>
      <span className={classes.name}>
        <Name>{username}</Name>
      </span>
      <RoleChoice
        label={words.roleOf(username)}
        value={role}
        onChange={(chosen) => void onChange(username, chosen)}
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={words.take(username)}
        onClick={() => void onChange(username, null)}
      >
        <X size={15} aria-hidden />
      </ActionIcon>
    </li>
  )
}

/** Who else may look at a file or change its rows: everybody, people by name, and whoever has a link. */
const ShareDialog = ({ file, onClose }: { file: FileEntry; onClose: () => void }) => {
  const { files, shared } = useText()
  const words = files.access
  const { data, error } = useListAccessQuery(file.id)
  const [give, giving] = useGiveAccessMutation()
  const [take, taking] = useTakeAccessMutation()
  const failure = giving.error ?? taking.error ?? error
  const change = async (username: string, role: Given['role'] | null): Promise<boolean> => {
    giving.reset()
    taking.reset()
    const done = role ? await give({ id: file.id, username, role }) : await take({ id: file.id, username })
    return !('error' in done)
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.title(file.name)}
      centered
      closeButtonProps={{ 'aria-label': shared.close }}
    >
      {failure && (
        <Alert color="red" variant="light" role="alert" mb="sm">
          {detailOf(failure)}
        </Alert>
      )}
      {data ? (
        <>
          <Access given={data} onChange={change} />
          <FileLinks fileId={file.id} />
        </>
      ) : (
        !error && <Skeleton height={120} aria-busy="true" />
      )}
    </Modal>
  )
}

export default ShareDialog
