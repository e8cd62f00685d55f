import type { FastifyReply, FastifyRequest } from 'fastify'
import { explain, type Explanation } from '../actions/explain.ts'
import { openCampaign } from '../actions/list-campaigns.ts'
import { Problem } from '../domain/problem.ts'
import { staffList, staffText } from '../domain/staff-catalogue.ts'
import type { StaffPart } from '../staff-views.ts'
import { given, instantWords, factOf, lookUp, numberWords, reasonWords, slugOf, waysOn } from './campaign-words.ts'
import type { Site } from './site.ts'
import { sendStaff, type StaffLook } from './staff-door.ts'

/** Why somebody gets a campaign now, later or not at all; what became of it where it has left. Writes nothing. */
export async function explainOne(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const slug = slugOf(request)
  const address = given(request, 'address')
  const campaign = await openCampaign(site.house, slug)
  const heading = staffText('staff.campaigns.why.heading', { subject: campaign.subject })
  try {
    const explanation = await explain(site.house, address, slug)
    return sendStaff(reply, look, heading, [
      waysOn(campaign, 'why'),
      ...explanationParts(explanation, campaign.topicName),
      { kind: 'heading', text: staffText('staff.campaigns.lookUp.another') },
      lookUp(look, campaign),
    ])
  } catch (error) {
    if (!(error instanceof Problem) || (error.code !== 'not-found' && error.code !== 'invalid-input')) throw error
    const items = [{ label: error.message, url: '#address' }]
    const problems = { heading: staffText('staff.campaigns.compose.problem'), items }
    const status = error.code === 'not-found' ? 404 : 422
    return sendStaff(reply, look, heading, [waysOn(campaign, 'why'), lookUp(look, campaign, address, error.message)], {
      problems,
      status,
    })
  }
}

function explanationParts(one: Explanation, topic: string): StaffPart[] {
  const { delivery, timeZone, entry, last, turn } = one
  const others = one.reasons.filter((reason) => reason !== one.reason).map((reason) => reasonWords(reason, topic))
  return [
    { kind: 'text', look: 'lead', lines: [headline(one, topic)] },
    { kind: 'sentence', text: one.sentence, note: one.address },
    {
      kind: 'facts',
      facts: [
        ...(one.until === null
          ? []
          : [factOf(staffText('staff.campaigns.why.until'), instantWords(one.until, timeZone))]),
        ...(turn === null ? [] : [factOf(staffText('staff.campaigns.why.turn'), instantWords(turn.at, timeZone))]),
        ...(last === null
          ? []
          : [factOf(staffText('staff.campaigns.why.last'), staffList([last.topic, instantWords(last.at, timeZone)]))]),
        ...(others.length === 0 ? [] : [factOf(staffText('staff.campaigns.why.also'), others.join(' · '))]),
        ...(delivery === null
          ? []
          : [
              factOf(staffText('staff.campaigns.why.decided'), instantWords(delivery.plannedAt, timeZone)),
              ...(delivery.reply ? [factOf(staffText('staff.campaigns.why.reply'), delivery.reply)] : []),
            ]),
        factOf(
          staffText('staff.campaigns.why.restsOn'),
          entry === null
            ? staffText('staff.campaigns.why.noEntry')
            : staffText('staff.campaigns.why.entry', { entry: numberWords(entry) }),
        ),
        factOf(staffText('staff.campaigns.why.asOf'), instantWords(one.at, timeZone)),
      ],
    },
  ]
}

/** What became of it where that is recorded; else the verdict and its first reason. */
function headline({ verdict, reason, delivery, state }: Explanation, topic: string): string {
  if (delivery !== null && delivery.state !== 'held' && delivery.state !== 'held_back') {
    const outcome = delivery.state as 'sent'
    return staffText('staff.campaigns.why.became', { outcome: staffText(`staff.campaigns.tally.${outcome}`) })
  }
  const gone = delivery === null && (state === 'sent' || state === 'cancelled')
  const said = staffText(`staff.campaigns.why.${verdict}`)
  const because = reason === null ? '' : `: ${reasonWords(reason, topic)}`
  return `${said}${because}.${gone ? ` ${staffText('staff.campaigns.why.without')}` : ''}`
}
