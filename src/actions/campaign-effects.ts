import { readChoices } from '../domain/choices-schema.ts'
import { effectOf, type Effect } from '../domain/relationship.ts'
import { aboutMessage, changesAfter } from '../store/campaign-effects.ts'
import { theCampaign } from './check-campaign.ts'
import type { House } from './house.ts'

/** What a campaign did to the relationship: people by what they did with its links or said about it, each once under each. */
export type Effects = Record<Effect, number> & { answered: number; complained: number; wasntAbout: number }

/**
 * Counts what people did about a campaign by the links of its mails: an undone change counts with what undid it. Nothing is
 * counted that they did not do on purpose: no opening, no looking.
 * @throws Problem `not-found` for an unknown campaign.
 */
export async function campaignEffects(house: House, slug: string): Promise<Effects> {
  return house.database.readOnly.begin('isolation level repeatable read read only', async (tx) => {
    const campaign = await theCampaign(tx, slug)
    const about = await aboutMessage(tx, campaign.message)
    const people: Record<Effect, Set<string>> = {
      more: new Set(),
      less: new Set(),
      stoppedTopic: new Set(),
      stoppedAll: new Set(),
    }
    for await (const rows of changesAfter(tx, campaign.message)) {
      for (const { person, before, after } of rows) {
        const effect = effectOf(readChoices(before), readChoices(after), campaign.topic)
        if (effect !== null) people[effect].add(person)
      }
    }
    return {
      more: people.more.size,
      less: people.less.size,
      stoppedTopic: people.stoppedTopic.size,
      stoppedAll: people.stoppedAll.size,
      ...about,
    }
  })
}
