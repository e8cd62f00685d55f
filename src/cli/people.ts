import type { Command } from 'commander'
import type { InFlight } from '../actions/in-flight.ts'
import type { Changed } from '../actions/change-choices.ts'
import { eraseAddress, type Erased } from '../actions/erase.ts'
import { exportPeople } from '../actions/export-people.ts'
import { importPeople } from '../actions/import-people.ts'
import type { ImportRequest } from '../actions/import-plan.ts'
import {
  addPerson,
  linkFor,
  pausePerson,
  showPerson,
  stopPerson,
  type ByStaff,
  type PersonShown,
  type StoppedByStaff,
} from '../actions/people.ts'
import { numberText } from './campaign-words.ts'
import type { CommandContext } from './context.ts'
import { importInWords } from './import-words.ts'

type Json = { json?: boolean }
const json = ['--json', 'one JSON object on stdout'] as const

/** `courtesy people import|export|add|show|link|stop|pause|erase` */
export function peopleCommands(program: Command, context: CommandContext): void {
  const people = program.command('people').description('who we may or may not write to')
  importCommand(people, context)
  exportCommand(people, context)
  showCommands(people, context)
  changeCommands(people, context)
  eraseCommand(people, context)
}

function exportCommand(people: Command, { terminal, withHouse }: CommandContext): void {
  people
    .command('export <file>')
    .description('everybody with an address, for another house: it allows no more there than here; an entry says so')
    .option(...json)
    .action(async (file: string, options: Json) => {
      const done = await withHouse((house) => exportPeople(house, file))
      if (options.json) terminal.out(JSON.stringify(done))
      else
        terminal.words(
          `${numberText(done.people)} people are in ${file}. It holds addresses: delete it when it has served. Pauses go along as "not asked"; quiet hours and paces stay here.`,
        )
    })
}

function importCommand(people: Command, { terminal, withHouse }: CommandContext): void {
  people
    .command('import <file...>')
    .description('brings addresses in, not permission; stops and suppressions always, and first')
    .requiredOption(
      '--format <name>',
      'mailchimp: its three files, told apart by subscribed, unsubscribed, cleaned in their names; listmonk, or courtesy',
    )
    .option('--topics-column <name>', 'the column that says about what, separated by commas')
    .option('--topic <slug>', 'or the one topic that all of them asked for')
    .option('--pace <pace>', 'what the wording promised; else the slowest')
    .option('--wording <file>', 'the text that they said yes to')
    .option('--attested-by <name>', 'who declares that they did; without both nobody is asked yet')
    .option('--confirmed-from <time>', 'count only confirmations from then on')
    .option('--confirmed-until <time>', 'count only confirmations before then')
    .option('--unsubscribed-means <what>', 'stop, or topics: a no to the topics in their row', 'stop')
    .option('--dry-run', 'counts the same and writes nothing')
    .option(...json)
    .action(async (files: string[], options: Omit<ImportRequest, 'files'> & Json) => {
      const tell = (phase: 'reading' | 'importing', part: number) => terminal.progress(phase, part, '')
      const summary = await withHouse((house) => importPeople(house, { ...options, files, progress: tell }))
      if (options.json) terminal.out(JSON.stringify(summary))
      else terminal.out(importInWords(summary))
      terminal.words('An import brings addresses, not permission: who is not asked gets nothing until they choose.')
    })
}

function showCommands(people: Command, { terminal, withHouse }: CommandContext): void {
  people
    .command('add <address>')
    .description('stores somebody as not asked: nothing is sent to them until they choose')
    .option('--name <name>')
    .option('--by <name>', 'who of the staff did this')
    .option(...json)
    .action(async (address: string, options: { name?: string; by?: string } & Json) => {
      const added = await withHouse((house) => addPerson(house, address, options))
      if (options.json) terminal.out(JSON.stringify({ address, added }))
      else
        terminal.words(
          added ? 'Added as not asked. Nothing is sent to them until they choose.' : 'Already here; nothing changed.',
        )
    })
  people
    .command('show <address>')
    .description('what they chose, in one sentence, and what it rests on')
    .option(...json)
    .action(async (address: string, options: Json) => {
      const shown = await withHouse((house) => showPerson(house, address))
      terminal.out(options.json ? JSON.stringify(shown) : personInWords(shown))
    })
  people
    .command('link <address>')
    .description('the address of their page: whoever has it can change their choices')
    .option(...json)
    .action(async (address: string, options: Json) => {
      const url = await withHouse((house) => linkFor(house, address))
      terminal.out(options.json ? JSON.stringify({ url }) : url)
    })
}

function changeCommands(people: Command, { terminal, withHouse }: CommandContext): void {
  people
    .command('stop <address>')
    .description('they told you to stop everything')
    .option('--reason <text>', 'what they said')
    .option('--by <name>', 'who of the staff did this')
    .option(...json)
    .action(async (address: string, options: ByStaff & Json) => {
      const changed = await withHouse((house) => stopPerson(house, address, options))
      if (options.json) terminal.out(JSON.stringify(stopShown(changed)))
      else terminal.words(stopInWords(changed))
    })
  people
    .command('pause <address>')
    .description('they asked for a pause; nothing piles up')
    .requiredOption('--until <day>', 'like 2027-03-01, as that day begins where they are')
    .option('--reason <text>', 'what they said')
    .option('--by <name>', 'who of the staff did this')
    .option(...json)
    .action(async (address: string, options: ByStaff & Json & { until: string }) => {
      const changed = await withHouse((house) => pausePerson(house, address, options.until, options))
      if (options.json) terminal.out(JSON.stringify(changeShown(changed)))
      else if (changed.kind === 'unchanged')
        terminal.words(`They were already paused until ${changed.day}, which stays.`)
      else terminal.words(`Paused until ${changed.day}. ${arriving(changed)}`)
    })
}

function eraseCommand(people: Command, { terminal, withHouse }: CommandContext): void {
  people
    .command('erase <address>')
    .description('they asked to be forgotten: deletes all that tells of them, for good')
    .option('--by <name>', 'who of the staff did this')
    .option(...json)
    .action(async (address: string, options: { by?: string } & Json) => {
      if (
        terminal.interactive &&
        !isYes(await terminal.ask(`Erase ${address} for good? It cannot be undone. [y/N] `))
      ) {
        terminal.words('Nothing was erased.')
        process.exitCode = 2
        return
      }
      const erased = await withHouse((house) => eraseAddress(house, address, options))
      if (options.json) terminal.out(JSON.stringify(eraseShown(erased)))
      else terminal.words(eraseInWords(erased))
    })
}

function isYes(answer: string | null): boolean {
  return /^y(?:es)?$/i.test(answer?.trim() ?? '')
}

function eraseShown(erased: Erased): object {
  if (erased.kind === 'already') return { erased: false, already: true }
  const { entry } = erased
  if (erased.kind === 'unknown') return { erased: true, known: false, entry, mayStillArrive: 0 }
  return { erased: true, known: true, entry, mayStillArrive: erased.inFlight.count }
}

function eraseInWords(erased: Erased): string {
  if (erased.kind === 'already') return 'This address was erased before. Nothing is kept of it but its fingerprint.'
  const kept = 'A fingerprint of the address is kept, so that no import brings it in again.'
  if (erased.kind === 'unknown') return `Nobody was stored with this address. ${kept}`
  return `Erased. ${arriving(erased)} ${kept}`
}

function stopShown(changed: StoppedByStaff): object {
  if (changed.kind === 'erased') return { changed: false, erased: true, stopped: null, paused: null }
  if (changed.kind !== 'added') return changeShown(changed)
  const { entry, choices } = changed
  return { changed: true, added: true, entry, stopped: choices.stopped, paused: null, mayStillArrive: 0 }
}

function stopInWords(changed: StoppedByStaff): string {
  if (changed.kind === 'unchanged') return 'They had already stopped.'
  if (changed.kind === 'changed') return `Stopped. ${arriving(changed)}`
  if (changed.kind === 'added')
    return 'Nobody was stored with this address. It is stored as stopped now, so that no import brings it in.'
  return 'This address was erased as its owner wished, and stays so: it is not stored again, and no import brings it in.'
}

function changeShown(changed: Changed): object {
  const { stopped, paused } = changed.choices
  if (changed.kind === 'unchanged') return { changed: false, stopped, paused }
  return { changed: true, entry: changed.entry, stopped, paused, mayStillArrive: changed.inFlight.count }
}

function arriving({ inFlight: { count, since } }: { inFlight: InFlight }): string {
  if (count === 0) return 'Nothing more is sent.'
  return `${numberText(count)} handed over since ${since ?? 'a moment ago'} may still arrive; nothing more is sent.`
}

function personInWords(person: PersonShown): string {
  return [
    person.sentence,
    '',
    ...person.topics.flatMap((one) => {
      if (one.answer === 'not asked') return []
      const { evidence = '', confirmedAt = one.at, wording = '' } = one.basis ?? {}
      return `${one.topic.padEnd(28)} ${one.answer.padEnd(8)} ${confirmedAt} ${evidence} ${wording}`.trimEnd()
    }),
    `pace         ${person.pace}${person.paceChosen ? '' : ' (not their choice)'}`,
    `suppressed   ${person.suppressions.join(', ') || 'no'}`,
    `entry        ${person.entry}`,
  ].join('\n')
}
