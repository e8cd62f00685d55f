// Whatever a relay does and wherever, what the courier says of each mail agrees with what the relay saw.
import fc from 'fast-check'
import t from 'tap'
import type { Outcome, Parcel, Terms } from '../../src/mail/courier.ts'
import { smtpCourier } from '../../src/mail/smtp-courier.ts'
import { faultServer, type Fault, type FaultServer, type Phase } from '../support/fault-smtp-server.ts'

const soon = (): Terms => ({ begunBefore: performance.now() + 120_000, recalled: () => false, perDestination: null })

function parcel(n: number): Parcel {
  const to = `p${n}@example.com`
  const mime = `Message-ID: <${n}>\r\nSubject: x\r\nTo: ${to}\r\nFrom: news@fern.example\r\n\r\n.Hello\r\n`
  return { delivery: to, from: 'news@fern.example', to, mime }
}

const phases: Phase[] = ['CONNECT', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'BODY', 'DOT']
const faults: Fault[] = ['drop', 'last', 'reset', '421', 'garbage', 'early-5xx', 'slow', 'huge-banner']
const replies = ['250 ok', '354 go on', '451 later', '554 no', '600 what', '250 ok\r\n250 ok', '354 go on\r\n250 ok']

const struck = fc.record({
  mail: fc.nat(5),
  phase: fc.constantFrom(...phases),
  fault: fc.oneof(
    fc.constantFrom(...faults),
    fc.constantFrom(...replies).map((reply) => ({ reply })),
  ),
})

/** For whom the server says yes while it still reads and no once it has: nobody can tell which of the two is true. */
function saidBoth(strikes: readonly { mail: number; phase: Phase; fault: Fault }[]): Set<string> {
  const early = strikes.filter(({ phase, fault }) => phase === 'BODY' && saysYes(fault)).map(({ mail }) => mail)
  const late = strikes.filter(({ phase, fault }) => phase === 'DOT' && !saysYes(fault)).map(({ mail }) => mail)
  return new Set(early.filter((mail) => late.includes(mail)).map((mail) => `p${mail}@example.com`))
}

function saysYes(fault: Fault): boolean {
  return typeof fault === 'object' && 'reply' in fault && fault.reply.startsWith('250')
}

/** Every outcome against the dots that the server read. @returns what disagrees, in words. */
function disagreements(server: FaultServer, outcomes: readonly Outcome[], both: ReadonlySet<string>): string[] {
  return outcomes.flatMap(({ delivery, kind }) => {
    const hers = server.dots.filter((dot) => dot.recipient === delivery)
    const copies = hers.filter((dot) => !dot.refused).length
    const wrong = [
      copies > 1 && 'came twice',
      kind === 'sent' && copies !== 1 && !both.has(delivery) && 'is called sent and did not arrive',
      (kind === 'refused' || kind === 'deferred') && copies > 0 && `is called ${kind} and arrived`,
      kind === 'recalled' && hers.length > 0 && 'was recalled and its dot was written',
    ].find((words) => words !== false)
    return wrong ? [`${delivery} ${wrong}`] : []
  })
}

for (const pipelining of [false, true]) {
  t.test(`any faults at any phases, ${pipelining ? 'pipelined' : 'in lock-step'} (I-5, I-8)`, async (t) => {
    const seen = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(
        fc.array(struck, { maxLength: 4 }),
        fc.uniqueArray(fc.nat(5), { maxLength: 2 }),
        fc.integer({ min: 1, max: 2 }),
        async (strikes, recalled, connections) => {
          const met = new Map<Phase, number>()
          const server = await faultServer(
            t,
            ({ phase, recipient, times }) => {
              const count = met.get(phase) ?? 0
              met.set(phase, count + 1)
              // Before RCPT nobody is named, so that the how-manieth it is stands for the mail.
              return strikes.find(
                (one) =>
                  one.phase === phase &&
                  (recipient ? times === 0 && recipient === `p${one.mail}@example.com` : count === one.mail),
              )?.fault
            },
            { pipelining },
          )
          const courier = smtpCourier({ url: server.url, ourName: 'fern.example', connections, perConnection: 5 })
          const asked = new Map<string, number>()
          const outcomes = await courier.deliver(
            Array.from({ length: 6 }, (_, n) => parcel(n)),
            {
              ...soon(),
              // The first time it is asked a mail may still begin; the second time is its dot's.
              recalled: (delivery) => {
                asked.set(delivery, (asked.get(delivery) ?? 0) + 1)
                return (asked.get(delivery) ?? 0) > 1 && recalled.some((n) => delivery === `p${n}@example.com`)
              },
            },
          )
          await courier.close()
          server.cut()
          for (const { kind } of outcomes) seen.set(kind, (seen.get(kind) ?? 0) + 1)
          const wrong = disagreements(server, outcomes, saidBoth(strikes))
          if (wrong.length > 0) throw new Error(wrong.join('; '))
        },
      ),
      { numRuns: 150 },
    )
    for (const kind of ['sent', 'refused', 'deferred', 'recalled', 'unknown'])
      t.ok(seen.get(kind), `${kind}: ${seen.get(kind)}`)
  })
}
