import { BASE } from './base'

/** The product's mark: planks of parquet, seen from the quay. */
export const Mark = ({ size = 26 }: { size?: number }) => (
  <img src={`${BASE}/mark.svg`} width={size} height={size} alt="" style={{ display: 'block' }} />
)
