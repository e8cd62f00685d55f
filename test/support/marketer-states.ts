import { scheduleCampaign } from '../../src/actions/control-campaign.ts'
import type { Courier } from '../../src/mail/courier.ts'
import type { App } from './app.ts'
import { addCrowd } from './campaign-desk.ts'
import { sendNow, writeCampaign } from './sending.ts'
import { signedIn } from './staff.ts'
import type { State } from './states.ts'

const body = `# Five ways to darn a sock

Hello {{name|there}},

a hole is no reason to throw a sock away. Here are five ways to mend it. [Read more](https://fern.example/darn)

- **Weave** the hole closed with wool of the same weight.
- **Crochet** a patch around it.
`

/** The marketer's pages, each in a state to be looked at. The app's courier must take mail. */
export async function marketerStates(app: App): Promise<State[]> {
  const { house } = app
  await addCrowd(house, 'desk.example')
  await writeCampaign(house, 'desk-evening', { subject: 'Mending night on Friday' })
  await sendNow({ ...house, courier: losingOne(house.courier) }, 'desk-evening')
  await writeCampaign(house, 'desk-wool', { subject: 'New wool is here', topic: 'new-patterns' })
  await scheduleCampaign(house, 'desk-wool', { at: '2099-01-08T09:00:00Z', confirm: 20 })
  await writeCampaign(house, 'desk-darn', { subject: 'Five ways to darn', body })
  const { cookie } = await signedIn(app, 'marketer', { name: 'Ines' })
  const page = (name: string, path: string) => ({
    name: `desk-${name}`,
    path: `/admin/campaigns${path}`,
    cookie: `${cookie.name}=${cookie.value}`,
  })
  return [
    page('campaigns', ''),
    page('compose', '/new'),
    page('edit', '/desk-darn/edit'),
    page('message', '/desk-darn'),
    page('message-phone-dark', '/desk-darn?width=phone&light=dark'),
    page('message-text', '/desk-darn?width=text&in=digest'),
    page('check', '/desk-darn/check'),
    page('narrow', '/desk-darn/narrow'),
    page('send', '/desk-darn/send'),
    page('cancel', '/desk-darn/cancel'),
    page('people', '/desk-darn/people?verdict=never'),
    page('scheduled', '/desk-wool/report'),
    page('report', '/desk-evening/report'),
    page('retry', '/desk-evening/retry'),
    { ...page('pictures', ''), path: '/admin/pictures' },
  ]
}

/** A courier to which one mail is handed of which nobody knows whether it arrived. */
function losingOne(courier: Courier): Courier {
  let lost = false
  return {
    batch: courier.batch,
    deliver: async (...given) => {
      const [first, ...others] = await courier.deliver(...given)
      if (!first || lost) return first ? [first, ...others] : []
      lost = true
      return [{ delivery: first.delivery, kind: 'unknown', reply: null, reached: true }, ...others]
    },
    close: () => courier.close(),
  }
}
