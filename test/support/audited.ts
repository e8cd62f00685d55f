import { signGrown } from '../../src/actions/sign-checkpoint.ts'
import { openApp, type App } from './app.ts'
import { liveSomeWeeks } from './life.ts'
import { takingCourier } from './sending.ts'
import { signedIn, type SignedIn } from './staff.ts'

/** An app in which Ada lived some weeks, with a signed ledger, and an auditor. `her` is the address of her page at the desk. */
export type Audited = App & { id: string; her: string; auditor: SignedIn }

export async function audited(t: Parameters<typeof openApp>[0]): Promise<Audited> {
  let now = new Date().toISOString()
  const app = await openApp(t, { now: () => new Date(now) }, { courier: takingCourier().courier })
  const life = await liveSomeWeeks(app)
  now = life.now
  await signGrown(app.house)
  return { ...app, id: life.id, her: `/audit/person/${life.id}`, auditor: await signedIn(app, 'auditor') }
}

/** Opens a look at somebody with a reason, as a press on their page does. */
export async function look({ visit }: Pick<SignedIn, 'visit'>, her: string, reason: string): Promise<void> {
  await visit.open(her)
  visit.write('reason', reason)
  await visit.press('Look')
}

/** Every row of every table that lasts, by table, as text. */
export async function everyRow({ house }: Pick<App, 'house'>): Promise<Map<string, string[]>> {
  const { sql } = house.database
  const tables = await sql<{ name: string }[]>`
    select table_schema || '.' || table_name as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1`
  const rows = await Promise.all(
    tables.map(async ({ name }) => {
      const texts = await sql.unsafe<{ row: string }[]>(`select t::text as row from ${name} t order by 1`)
      return [name, texts.map(({ row }) => row)] as const
    }),
  )
  return new Map(rows)
}
