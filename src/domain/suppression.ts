/** Why an address must not be written to, whatever the choices say. */
export const suppressionReasons = ['erased', 'do_not_contact', 'bounced', 'complained'] as const
export type SuppressionReason = (typeof suppressionReasons)[number]
