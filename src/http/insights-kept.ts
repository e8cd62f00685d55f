import { textDate, textMonth } from '../domain/catalogue.ts'
import type { Insights } from '../domain/insights-told.ts'
import { staffLanguage, staffText } from '../domain/staff-catalogue.ts'
import { toldWords } from '../domain/told-words.ts'
import type { Cell, StaffPart } from '../staff-views.ts'
import { barChart, numberCell } from './insights-charts.ts'
import { section } from './insights-demand.ts'
import { staffNumber } from './staff-form.ts'

const none = () => staffText('staff.insights.none')

/** How we kept our word, in numbers. */
export function promiseParts({ promises }: Insights): StaffPart[] {
  const { mailsUntil, checked, broken, stops, slowestMs, digests, late } = promises
  const rows: [label: string, cell: Cell][] = [
    [staffText('staff.insights.promise.broken'), number(staffNumber(broken))],
    [staffText('staff.insights.promise.checked'), numberCell(checked)],
    [staffText('staff.insights.promise.stops'), numberCell(stops)],
    [
      staffText('staff.insights.promise.slowest'),
      number(slowestMs === null ? '–' : staffNumber(Math.round(slowestMs / 10) / 100)),
    ],
    [staffText('staff.insights.promise.digests'), numberCell(digests)],
    [staffText('staff.insights.promise.late'), number(staffNumber(late))],
  ]
  const until =
    mailsUntil === null
      ? staffText('staff.insights.promises.untilNone')
      : staffText('staff.insights.promises.until', { day: textDate(staffLanguage(), new Date(mailsUntil), 'UTC') })
  return section(staffText('staff.insights.promises'), `${staffText('staff.insights.promises.note')} ${until}`, {
    kind: 'table',
    id: 'promises',
    caption: staffText('staff.insights.promises'),
    quiet: true,
    columns: [
      { label: staffText('staff.insights.promise') },
      { label: staffText('staff.insights.number'), look: 'number' },
    ],
    rows: rows.map(([label, cell]) => [{ text: label }, cell]),
    none: none(),
  })
}

/** What the gate kept from going out at once, because of what people said. */
export function heldParts({ promises: { held } }: Insights): StaffPart[] {
  const title = staffText('staff.insights.held')
  const named = held.map(({ reason, n }) => ({ name: staffText(`staff.insights.held.${reason}`), n }))
  const drawing = barChart(
    'held',
    title,
    named.map(({ name, n }) => ({ label: name, lines: [{ value: toldWords(n), n, look: 'asked' }] })),
    {
      columns: [
        { label: staffText('staff.insights.reason') },
        { label: staffText('staff.insights.messages'), look: 'number' },
      ],
      rows: named.map(({ name, n }) => [{ text: name }, numberCell(n)]),
      none: none(),
    },
  )
  return section(title, staffText('staff.insights.held.note'), drawing)
}

/** What was asked, and what became of the answers. */
export function questionParts({ questions }: Insights): StaffPart[] {
  const title = staffText('staff.insights.questions')
  const named = questions.map((each) => ({
    ...each,
    name: each.slug === '' ? staffText('staff.insights.question.own') : each.text,
  }))
  const drawing = barChart(
    'questions',
    title,
    named.map(({ name, slug, asked, answered }) => ({
      label: name.length > 40 ? `${name.slice(0, 40).toWellFormed()}…` : name,
      lines: [
        ...(slug === ''
          ? []
          : [
              {
                value: staffText('staff.insights.askedN', { people: toldWords(asked) }),
                n: asked,
                look: 'asked' as const,
              },
            ]),
        {
          value: staffText('staff.insights.answeredN', { people: toldWords(answered) }),
          n: answered,
          look: 'given' as const,
        },
      ],
    })),
    {
      columns: [
        { label: staffText('staff.insights.question') },
        { label: staffText('staff.insights.asked'), look: 'number' },
        { label: staffText('staff.insights.answered'), look: 'number' },
        { label: staffText('staff.insights.replied'), look: 'number' },
        { label: staffText('staff.insights.acted'), look: 'number' },
      ],
      rows: named.map(({ name, slug, asked, answered, replied, acted }) => [
        { text: name },
        slug === '' ? { text: '–', look: 'number' } : numberCell(asked),
        numberCell(answered),
        numberCell(replied),
        numberCell(acted),
      ]),
      none: none(),
    },
  )
  return section(title, staffText('staff.insights.questions.note'), drawing)
}

/** The permissions that come to their end, by month. */
export function expiringParts({ expiring }: Insights): StaffPart[] {
  const title = staffText('staff.insights.expiring')
  if (expiring.length === 0) return section(title, staffText('staff.insights.expiring.none'))
  const named = expiring.map(({ month, n }) => ({ name: textMonth(staffLanguage(), month), n }))
  const drawing = barChart(
    'expiring',
    title,
    named.map(({ name, n }) => ({ label: name, lines: [{ value: toldWords(n), n, look: 'asked' }] })),
    {
      columns: [
        { label: staffText('staff.insights.month') },
        { label: staffText('staff.insights.yeses'), look: 'number' },
      ],
      rows: named.map(({ name, n }) => [{ text: name }, numberCell(n)]),
      none: none(),
    },
  )
  return section(title, staffText('staff.insights.expiring.note'), drawing)
}

function number(text: string): Cell {
  return { text, look: 'number' }
}
