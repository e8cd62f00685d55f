import { Command, CommanderError } from 'commander'
import { backupCommands } from './cli/backup.ts'
import { brandCommands } from './cli/brand.ts'
import { campaignCommands } from './cli/campaign.ts'
import type { CommandContext } from './cli/context.ts'
import { doctorCommand } from './cli/doctor.ts'
import { insightsCommand } from './cli/insights.ts'
import { ledgerCommands } from './cli/ledger.ts'
import { peopleCommands } from './cli/people.ts'
import { questionCommands } from './cli/question.ts'
import { serverCommands } from './cli/server.ts'
import { staffCommands } from './cli/staff.ts'
import { talkCommands } from './cli/talk.ts'
import { processTerminal } from './cli/terminal.ts'
import { topicCommands } from './cli/topic.ts'
import { whyCommand } from './cli/why.ts'
import { readConfig } from './config.ts'
import { keyringPath } from './data-dir.ts'
import { Problem, type ProblemCode } from './domain/problem.ts'
import { keyringFile, readKeyring } from './keyring-file.ts'
import { openHouse, serve, work } from './main.ts'
import { restore } from './restore.ts'

/** Exit codes of design.md section 10: 1 failed, 3 the gate refused, 4 sign-in needed, 5 verification failed, 6 check is stale, 64 wrong usage. */
const exitCodes: Record<ProblemCode, number> = {
  'invalid-input': 64,
  'not-found': 1,
  'already-exists': 1,
  'link-invalid': 1,
  'link-expired': 1,
  erased: 1,
  conflict: 1,
  'not-ready': 1,
  'refused-by-gate': 3,
  'check-stale': 6,
  'verification-failed': 5,
  unavailable: 1,
  'too-many': 1,
  'sign-in-needed': 4,
}

/** Runs one command. @param args what follows the program's name. @returns the exit code. */
export async function run(args: string[]): Promise<number> {
  const terminal = processTerminal()
  const context: CommandContext = {
    terminal,
    now: () => new Date(),
    config: (defaults = {}) => readConfig({ ...defaults, ...process.env }),
    serve,
    work,
    withHouse: async (task, config = context.config(), how) => {
      const open = await openHouse(config, terminal.words, how)
      try {
        return await task(open.house)
      } finally {
        await open.close()
      }
    },
  }
  try {
    await program(context).parseAsync(args, { from: 'user' })
    return Number(process.exitCode ?? 0)
  } catch (error) {
    return failed(error, terminal.words)
  }
}

function program(context: CommandContext): Command {
  const courtesy = new Command('courtesy')
    .description('Asks each person how, how often and about what she wants to hear from you, and keeps its word.')
    .exitOverride()
    .configureOutput({ writeErr: (text) => context.terminal.words(text.trimEnd()) })
    .showHelpAfterError('(see: courtesy --help)')
  serverCommands(courtesy, context)
  brandCommands(courtesy, context)
  topicCommands(courtesy, context)
  peopleCommands(courtesy, context)
  campaignCommands(courtesy, context)
  questionCommands(courtesy, context)
  talkCommands(courtesy, context)
  insightsCommand(courtesy, context)
  whyCommand(courtesy, context)
  ledgerCommands(courtesy, context, () => keyringFile(keyringPath(context.config())))
  backupCommands(courtesy, context, {
    restore: (file, { nothingSince }) =>
      restore(context.config(), file, { nothingSince, warn: context.terminal.words }),
    keyring: () => readKeyring(keyringPath(context.config())),
  })
  staffCommands(courtesy, context)
  doctorCommand(courtesy, context)
  return courtesy
}

function failed(error: unknown, words: (text: string) => void): number {
  if (error instanceof CommanderError) {
    const asked = error.code === 'commander.helpDisplayed' || error.code === 'commander.version'
    return asked ? 0 : 64
  }
  if (error instanceof Problem) {
    words(`courtesy: ${error.message}`)
    return exitCodes[error.code]
  }
  words(`courtesy: ${wordsFor(error)}`)
  return 1
}

/** A database's own words may quote personal data, so only its code is told; LOG_LEVEL=debug shows where it came from. */
function wordsFor(error: unknown): string {
  const code = (error as { code?: string }).code
  const stack =
    process.env['LOG_LEVEL'] === 'debug' && error instanceof Error
      ? `\n${error.stack?.split('\n').slice(1).join('\n')}`
      : ''
  if (error instanceof Error && error.name === 'PostgresError')
    return `the database refused (code ${code}); nothing was half done${stack}`
  return `${error instanceof Error ? error.message : 'something failed'}${code ? ` (${code})` : ''}${stack}`
}
