import { rungs } from '../domain/insights.ts'
import type { Insights } from '../domain/insights-told.ts'
import { text, textDate } from '../domain/catalogue.ts'
import { staffLanguage, staffText } from '../domain/staff-catalogue.ts'
import { toldWords } from '../domain/told-words.ts'
import type { StaffPart } from '../staff-views.ts'
import { barChart, numberCell, stepChart } from './insights-charts.ts'
import { staffNumber } from './staff-form.ts'

const none = () => staffText('staff.insights.none')
const peopleColumn = () => ({ label: staffText('staff.insights.people'), look: 'number' }) as const

/** A heading, what is counted below it, and the drawing. */
export function section(heading: string, note: string, ...parts: StaffPart[]): StaffPart[] {
  return [{ kind: 'heading', text: heading }, { kind: 'text', lines: [note] }, ...parts]
}

/** Addresses against relationships over time. */
export function historyParts({ history }: Insights): StaffPart[] {
  const title = staffText('staff.insights.history')
  const rows = history.map(({ day, ladder }) => ({
    label: dayText(day),
    value: staffText('staff.insights.history.row', {
      addresses: toldWords(ladder.address),
      relationships: toldWords(ladder.preference),
    }),
    steps: rungs.map((rung) => ladder[rung]),
  }))
  const drawing = stepChart('history', title, rows, {
    columns: [
      { label: staffText('staff.insights.day') },
      ...rungs.map((rung) => ({ label: staffText(`staff.insights.rung.${rung}`), look: 'number' as const })),
    ],
    rows: history.map(({ day, ladder }) => [
      { text: dayText(day), look: 'time' },
      ...rungs.map((rung) => numberCell(ladder[rung])),
    ]),
    none: none(),
  })
  return section(title, staffText('staff.insights.history.note'), drawing)
}

/** Two bars of each topic: its share of all who gave permission, and of all messages; both count from nothing to all. */
export function topicParts({ topics, ladder }: Insights): StaffPart[] {
  const title = staffText('staff.insights.topics')
  const messages = topics.reduce((all, topic) => all + topic.messages, 0)
  const people = typeof ladder.permission === 'number' ? ladder.permission : 0
  const rows = topics.map((topic) => ({
    label: shortened(topic.name),
    lines: [
      {
        value: staffText('staff.insights.share.ask', { people: toldWords(topic.wanted) }),
        n: typeof topic.wanted === 'number' ? shareOf(topic.wanted, people) : topic.wanted,
        look: 'asked' as const,
      },
      {
        value: staffText('staff.insights.share.sent', { n: topic.messages }),
        n: shareOf(topic.messages, messages),
        look: 'given' as const,
      },
    ],
  }))
  const drawing = barChart('topics', title, rows, {
    columns: [
      { label: staffText('staff.insights.topic') },
      { label: staffText('staff.insights.wanted'), look: 'number' },
      { label: staffText('staff.insights.messages'), look: 'number' },
    ],
    rows: topics.map((topic) => [
      { text: topic.name },
      numberCell(topic.wanted),
      { text: staffNumber(topic.messages), look: 'number' },
    ]),
    none: none(),
  })
  return section(title, staffText('staff.insights.topics.note'), drawing)
}

/** How often people want to hear, and how often they did. */
export function paceParts({ paces }: Insights): StaffPart[] {
  const title = staffText('staff.insights.paces')
  const rows = paces.map(({ group, people, mails, perThirtyDays, most }) => ({
    label: staffText('staff.insights.pace.row', {
      pace: staffText(`staff.insights.pace.${group}`),
      people: toldWords(people),
    }),
    lines: [
      {
        value:
          most === null
            ? staffText('staff.insights.pace.any')
            : staffText('staff.insights.pace.most', { n: tenth(most) }),
        n: most,
        look: 'asked' as const,
      },
      {
        value:
          perThirtyDays === null ? toldWords(mails) : staffText('staff.insights.pace.got', { n: tenth(perThirtyDays) }),
        n: perThirtyDays,
        look: 'given' as const,
      },
    ],
  }))
  const drawing = barChart('paces', title, rows, {
    columns: [
      { label: staffText('staff.insights.pace') },
      peopleColumn(),
      { label: staffText('staff.insights.mostThirty'), look: 'number' },
      { label: staffText('staff.insights.mails'), look: 'number' },
      { label: staffText('staff.insights.perThirty'), look: 'number' },
    ],
    rows: paces.map(({ group, people, mails, perThirtyDays, most }) => [
      { text: staffText(`staff.insights.pace.${group}`) },
      numberCell(people),
      { text: most === null ? '–' : tenth(most), look: 'number' },
      numberCell(mails),
      { text: perThirtyDays === null ? '–' : tenth(perThirtyDays), look: 'number' },
    ]),
    none: none(),
  })
  return section(title, staffText('staff.insights.paces.note'), drawing)
}

/** How people want to be reached, and how never. */
export function channelParts({ channels, stopped }: Insights): StaffPart[] {
  const title = staffText('staff.insights.channels')
  const never = (people: typeof stopped) => ({
    value: staffText('staff.insights.channel.never.value', { people: toldWords(people) }),
    n: people,
    look: 'given' as const,
  })
  const rows = [
    ...channels.map((each) => ({
      label: staffText(`staff.insights.channel.${each.channel}`),
      lines: [
        {
          value: staffText('staff.insights.channel.wants', { people: toldWords(each.wanted) }),
          n: each.wanted,
          look: 'asked' as const,
        },
        never(each.never),
      ],
    })),
    { label: staffText('staff.insights.channel.never'), lines: [never(stopped)] },
  ]
  const drawing = barChart('channels', title, rows, {
    columns: [
      { label: staffText('staff.insights.channel') },
      { label: staffText('staff.insights.channel.wanted'), look: 'number' },
      { label: staffText('staff.insights.channel.no'), look: 'number' },
    ],
    rows: [
      ...channels.map((each) => [
        { text: staffText(`staff.insights.channel.${each.channel}`) },
        numberCell(each.wanted),
        numberCell(each.never),
      ]),
      [{ text: staffText('staff.insights.channel.never') }, { text: '–', look: 'number' }, numberCell(stopped)],
    ],
    none: none(),
  })
  return section(title, staffText('staff.insights.channels.note'), drawing)
}

/** Why people stopped, with words of those who let us quote them. */
export function reasonParts({ reasons, quotes }: Insights): StaffPart[] {
  const title = staffText('staff.insights.reasons')
  const named = reasons.map(({ reason, n }) => ({ name: text(staffLanguage(), `talk.reason.${reason}`), n }))
  const drawing = barChart(
    'reasons',
    title,
    named.map(({ name, n }) => ({ label: name, lines: [{ value: toldWords(n), n, look: 'asked' }] })),
    {
      columns: [{ label: staffText('staff.insights.reason') }, peopleColumn()],
      rows: named.map(({ name, n }) => [{ text: name }, numberCell(n)]),
      none: none(),
    },
  )
  const said = quotes.map(({ text: words, reason, firstName }): StaffPart => {
    const why = named[reasons.findIndex((each) => each.reason === reason)]?.name ?? ''
    const note = firstName
      ? staffText('staff.insights.quote.by', { reason: why, name: firstName })
      : staffText('staff.insights.quote.noName', { reason: why })
    return { kind: 'quote', text: words, note }
  })
  return section(title, staffText('staff.insights.reasons.note'), drawing, ...said)
}

const mostLetters = 34

function shortened(name: string): string {
  return name.length > mostLetters ? `${name.slice(0, mostLetters).toWellFormed()}…` : name
}

function dayText(day: string): string {
  return textDate(staffLanguage(), new Date(`${day}T00:00:00Z`), 'UTC')
}

/** In thousandths, so that few of many can still be seen. */
function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((1000 * part) / whole)
}

function tenth(n: number): string {
  return n.toFixed(1)
}
