import type { ServiceKind } from './gate.ts'
import type { Ground } from './retention.ts'

/**
 * Every kind of mail that comes without being a topic, and the ground on which it does. What each is for is said in the texts
 * `about.service.<kind>.*`, at /about-these-emails.
 */
export const serviceRegister: Readonly<Record<ServiceKind, Ground>> = {
  confirmation: 'contract',
  own_link: 'contract',
  acknowledgement: 'interest',
  receipt: 'contract',
  order: 'contract',
  security: 'interest',
  legal: 'duty',
  staff: 'interest',
}

/** In the order in which they are shown. */
export const serviceKinds = Object.keys(serviceRegister) as ServiceKind[]
