import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { Changes } from '../../src/store/changes.ts'
import { openDatabase } from '../../src/store/database.ts'
import { freshDatabase } from '../support/database.ts'

t.test(
  'who cannot listen again at once tries on while somebody wants to hear, and tells that anybody may have changed',
  async (t) => {
    const { url, name } = await freshDatabase(t)
    const elsewhere = openDatabase(url.replace(name, 'postgres'))
    t.teardown(() => elsewhere.close())
    const changes = new Changes(url)
    t.teardown(() => changes.close())
    const heard: (string | null)[] = []
    const end = changes.hear((person) => void heard.push(person), performance.now())
    const told = async () => {
      for (let looks = 0; heard.length === 0 && looks < 400; looks++) await wait(50)
      return heard.splice(0)
    }
    t.same(await told(), [null], 'it listens')
    await elsewhere.sql.unsafe(`alter database ${name} allow_connections false`)
    await elsewhere.sql`select pg_terminate_backend(pid, 1000) from pg_stat_activity where datname = ${name}`
    // Long enough to have tried in vain.
    await wait(500)
    t.same(heard, [])
    await elsewhere.sql.unsafe(`alter database ${name} allow_connections true`)
    t.same(await told(), [null], 'it listens again')
    end()
  },
)
