import { Command } from 'commander'
import type { House } from '../../src/actions/house.ts'
import type { CommandContext } from '../../src/cli/context.ts'
import { ledgerCommands } from '../../src/cli/ledger.ts'
import { Problem } from '../../src/domain/problem.ts'

/** What a command said, and the exit code that it set; `problem` is what it threw. */
export type Said = { out: string; words: string; code: number; problem: Problem | null }

/** Runs `courtesy ledger …` in this process, on a house or, for what needs none, on nothing but files. */
export async function ledgerProgram(house: House | null, ...args: string[]): Promise<Said> {
  const out: string[] = []
  const words: string[] = []
  const no = () => {
    throw new Error('this command was to need nothing but its files')
  }
  const context: CommandContext = {
    terminal: {
      out: (text) => void out.push(text),
      words: (text) => void words.push(text),
      progress: no,
      ask: no,
      interactive: false,
    },
    withHouse: (work) => (house ? work(house) : no()),
    serve: no,
    work: no,
    config: no,
    now: () => new Date(),
  }
  const program = new Command()
  ledgerCommands(program, context, no)
  let problem: Problem | null = null
  try {
    await program.parseAsync(['ledger', ...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    problem = error
  }
  const code = Number(process.exitCode ?? 0)
  process.exitCode = 0
  return { out: out.join('\n'), words: words.join('\n'), code, problem }
}
