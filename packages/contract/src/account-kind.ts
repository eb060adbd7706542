import { z } from 'zod'

export const AccountKind = z
  .enum([
    'issuance',
    'holding',
    'retirement',
    'cancellation',
    'buffer',
    'share-of-proceeds',
    'omge',
    'ndc-use',
    'foreign',
    'mirror-active',
    'mirror-retired',
    'mirror-cancelled',
  ])
  .meta({ id: 'AccountKind' })
