/** Where a campaign stands. */
export const campaignStates = ['draft', 'scheduled', 'sending', 'sent', 'paused', 'cancelled'] as const
export type CampaignState = (typeof campaignStates)[number]

/** What a report counts of those who were planned; `changed`: held back when their turn came. */
export const reportedStates = [
  'sent',
  'refused',
  'deferred',
  'unknown',
  'cancelled',
  'held',
  'released',
  'changed',
] as const
export type ReportedState = (typeof reportedStates)[number]
