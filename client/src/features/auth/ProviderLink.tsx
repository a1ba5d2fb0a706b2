import { Button } from '@mantine/core'
import { useSignInWaysQuery } from '../../api/authApi'
import { useText } from '../../i18n/language'
import { BASE } from '../../shared/base'

/** Leads to the provider to sign in by, where there is one, and from there back to the page `from`. */
export const ProviderLink = ({ from }: { from: string }) => {
  const words = useText().auth
  const { data } = useSignInWaysQuery()
  if (!data?.provider) return null
  return (
    <Button
      component="a"
      href={`${BASE}/auth/oidc?next=${encodeURIComponent(from)}`}
      variant={data.password ? 'default' : 'filled'}
      fullWidth
      mt="sm"
    >
      {words.signInBy(data.provider)}
    </Button>
  )
}
