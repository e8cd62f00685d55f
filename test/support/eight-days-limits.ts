import type { Choices } from '../../src/domain/choices.ts'
import type { Campaign, Mail } from './eight-days-oracle.ts'
import { capOf, digestOf, isWithin, type Rules, type Walls } from './eight-days-walls.ts'

/** Her choices from each change on, oldest first. */
export type Times = { from: number; choices: Choices }[]

type Context = { rules: Rules; campaigns: readonly (Campaign & { at: number })[]; walls: Walls }

/** What is wrong with the mails that somebody got, measured by her choices of each time and by nothing else. */
export function wrongMails(mails: readonly Mail[], times: Times, { rules, campaigns, walls }: Context): string[] {
  const wrong: string[] = []
  const slots = new Set<string>()
  for (const [n, mail] of mails.entries()) {
    const choices = times.findLast(({ from }) => from <= mail.at)?.choices
    const say = (what: string) => wrong.push(`${walls.iso(mail.at)} ${mail.items.join(' + ')}: ${what}`)
    if (!choices || choices.stopped) {
      say('she had stopped everything')
      continue
    }
    if (choices.channels.email !== 'yes') say('she takes no email')
    if (choices.paused && mail.at < walls.quarterOf(choices.paused.until)) say('in her pause')
    const minute = walls.minute(choices.timeZone, mail.at)
    if (choices.quiet && isWithin(minute, choices.quiet)) say('in her own quiet hours')
    if (rules.quiet && isWithin(minute, rules.quiet)) say('in the brand’s quiet hours')
    const periods = new Set<string>()
    for (const slug of mail.items) {
      const campaign = campaigns.find((one) => one.slug === slug)
      const said = campaign && choices.topics[campaign.topic]
      if (!campaign || said?.answer !== 'yes') {
        say(`she said no yes to ${slug}`)
        continue
      }
      const pace = said.pace ?? choices.pace
      const cap = capOf(pace)
      if (cap) {
        const isCounted = (one: Mail) =>
          said.pace === null ||
          one.items.some((item) => campaigns.find(({ slug: name }) => name === item)?.topic === campaign.topic)
        const until = mails.slice(0, n + 1).filter((one) => one.taken && one.at > mail.at - cap.window)
        if (until.filter(isCounted).length > cap.most) say(`${slug} is more than ${pace}`)
      }
      const period = digestOf(pace)
      const slot = period && walls.lastSlot(choices.timeZone, period, mail.at)
      if (period && slot !== null) periods.add(`${period} ${slot}`)
      if (slot !== null && !(campaign.at < slot)) say(`${slug} came before a slot of ${pace}`)
      if (campaign.usefulUntil !== null && mail.at > campaign.usefulUntil) say(`${slug} was of no use any more`)
    }
    for (const slot of periods) {
      if (slots.has(slot)) say(`a second mail for one slot (${slot})`)
      slots.add(slot)
    }
  }
  return wrong
}
