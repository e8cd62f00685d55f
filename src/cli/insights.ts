import type { Command } from 'commander'
import { keepInsights } from '../actions/keep-insights.ts'
import { readInsights } from '../actions/read-insights.ts'
import { rungs } from '../domain/insights.ts'
import type { Insights } from '../domain/insights-told.ts'
import type { Told } from '../domain/small-groups.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { toldWords } from '../domain/told-words.ts'
import type { CommandContext } from './context.ts'

type Options = { from?: string; until?: string; refresh?: boolean; json?: boolean }

/** `courtesy insights`: the same figures as /admin/insights. */
export function insightsCommand(program: Command, { terminal, withHouse }: CommandContext): void {
  program
    .command('insights')
    .description('what people ask for and how we kept to it; groups of 1 to 9 people are not told in numbers')
    .option('--from <day>', 'the first day (UTC), like 2026-01-31; else 90 days before the last')
    .option('--until <day>', 'the last day; else today')
    .option('--refresh', 'counts the days that are over and how people stand now, as a worker does each night')
    .option('--json', 'one JSON object on stdout')
    .action(async ({ from, until, refresh, json }: Options) => {
      const insights = await withHouse(async (house) => {
        if (refresh) {
          const { days } = await keepInsights(house, { afresh: true })
          terminal.words(`Counted ${days} ${days === 1 ? 'day' : 'days'}, and how people stand.`)
        }
        return readInsights(house, { from, until })
      })
      if (json) terminal.out(JSON.stringify(insights))
      else for (const line of linesOf(insights)) terminal.out(line)
    })
}

function linesOf(insights: Insights): string[] {
  const { span, ladder, standingAt, isEarly, promises } = insights
  const head = [staffText('staff.insights.span', span)]
  if (standingAt === null) return [...head, staffText('staff.insights.standing.none')]
  if (isEarly) return [...head, staffText('staff.insights.early')]
  const said = staffText
  return [
    ...head,
    ...part(
      said('staff.insights.ladder'),
      rungs.map((rung) => [said(`staff.insights.rung.${rung}`), ladder[rung]]),
    ),
    ...part(
      said('staff.insights.topics'),
      insights.topics.map((topic) => [`${topic.name} (${topic.messages} sent)`, topic.wanted]),
    ),
    ...part(
      said('staff.insights.paces'),
      insights.paces.map(({ group, people, perThirtyDays }) => [
        `${said(`staff.insights.pace.${group}`)} (${perThirtyDays?.toFixed(1) ?? '–'} got)`,
        people,
      ]),
    ),
    ...part(said('staff.insights.channels'), [
      ...insights.channels.map(({ channel, wanted }): [string, Told] => [
        said(`staff.insights.channel.${channel}`),
        wanted,
      ]),
      [said('staff.insights.channel.never'), insights.stopped],
    ]),
    ...part(
      said('staff.insights.reasons'),
      insights.reasons.map(({ reason, n }) => [reason, n]),
    ),
    ...part(said('staff.insights.promises'), [
      [said('staff.insights.promise.broken'), promises.broken],
      [said('staff.insights.promise.checked'), promises.checked],
      [said('staff.insights.promise.stops'), promises.stops],
      [said('staff.insights.promise.digests'), promises.digests],
      [said('staff.insights.promise.late'), promises.late],
    ]),
    ...part(
      said('staff.insights.questions'),
      insights.questions.map(({ slug, answered }) => [slug || said('staff.insights.question.own'), answered]),
    ),
    ...part(
      said('staff.insights.expiring'),
      insights.expiring.map(({ month, n }) => [month, n]),
    ),
  ]
}

function part(title: string, rows: readonly [label: string, n: Told][]): string[] {
  return ['', title, ...rows.map(([label, n]) => `  ${label.padEnd(52)} ${toldWords(n).padStart(13)}`)]
}
