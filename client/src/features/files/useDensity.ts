import { useLocalStorage } from '@mantine/hooks'

/** How close the rows of the list stand, as this browser remembers it. */
export const useDensity = () => {
  const [density, setDensity] = useLocalStorage<'comfortable' | 'compact'>({
    key: 'parquay-density',
    defaultValue: 'comfortable',
    getInitialValueInEffect: false,
  })
  return { density, turn: () => setDensity(density === 'compact' ? 'comfortable' : 'compact') }
}
