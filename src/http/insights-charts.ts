import type { Told } from '../domain/small-groups.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { toldWords } from '../domain/told-words.ts'
import type { Cell, ChartLine, StaffPart } from '../staff-views.ts'

type Look = 'asked' | 'given' | 'step'

/** One line of a chart: a bar with its value beside it, below a label where it is the first of its kind. */
type Line = { value: string; n: Told | null; look: Look }

/** What is drawn together: a label, and a bar or two; without lines it only says something. */
export type ChartRow = { label: string; lines: Line[] }

const labelHeight = 22
const barHeight = 22
const rowGap = 8
/** Of the width, in percent, what is left beside the value of a bar. */
const besideValue = 62
/** A group that is not told in numbers is drawn alike however many it is. */
const fewShare = 3

type Table = Omit<Extract<StaffPart, { kind: 'table' }>, 'kind' | 'caption' | 'quiet'>

/** Bars, the longest as long as there is room, with the same numbers in a table. */
export function barChart(id: string, title: string, rows: readonly ChartRow[], table: Table): StaffPart {
  const most = Math.max(1, ...rows.flatMap(({ lines }) => lines.map(({ n }) => (typeof n === 'number' ? n : 0))))
  const lines: ChartLine[] = []
  let y = 0
  const put = (label: string, value: string, width: number, bars: ChartLine['bars']) =>
    void lines.push({ y, label, value, width, bars })
  for (const { label, lines: own } of rows) {
    const [only, second] = own
    // One bar has its value above it and the whole width; of two, each has its value beside it.
    put(label, only && !second ? only.value : '', 100, [])
    y += labelHeight
    for (const line of own) {
      const bars = barsOf(line, most)
      if (!second && bars.length === 0) continue
      put('', second ? line.value : '', second ? besideValue : 100, bars)
      y += barHeight
    }
    y += rowGap
  }
  return chart(id, title, y, lines, table)
}

/** Nested bars as wide as the page: each number of a row is a part of the one before. */
export function stepChart(
  id: string,
  title: string,
  rows: readonly { label: string; value: string; steps: readonly Told[] }[],
  table: Table,
): StaffPart {
  const most = Math.max(1, ...rows.flatMap(({ steps }) => steps.map((n) => (typeof n === 'number' ? n : 0))))
  const height = labelHeight + barHeight + rowGap
  const lines = rows.flatMap(({ label, value, steps }, at) => [
    { y: at * height, label, value, width: 100, bars: [] },
    {
      y: at * height + labelHeight,
      label: '',
      value: '',
      width: 100,
      bars: steps.flatMap((n) => barsOf({ value: '', n, look: 'step' }, most)),
    },
  ])
  return chart(id, title, rows.length * height, lines, table)
}

function chart(id: string, title: string, height: number, lines: ChartLine[], table: Table): StaffPart {
  return {
    kind: 'chart',
    id,
    title,
    height: Math.max(1, height),
    lines,
    open: staffText('staff.insights.asTable'),
    table: { ...table, caption: title, quiet: true },
  }
}

function barsOf({ n, look }: Line, most: number): ChartLine['bars'] {
  if (n === null || n === 0 || n === 'hidden') return []
  if (n === 'few') return look === 'step' ? [] : [{ share: fewShare, look: 'few' }]
  return [{ share: Math.max(0.5, Math.round((1000 * n) / most) / 10), look }]
}

/** A cell that holds a number, or says that it is not told. */
export function numberCell(n: Told): Cell {
  return { text: toldWords(n), look: 'number' }
}
