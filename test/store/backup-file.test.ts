import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { writeBackup } from '../../src/store/backup-file.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

t.test('a backup whose reading fails in the middle says so and leaves nothing behind', async (t) => {
  const folder = temporaryFolder(t)
  const rows = async function* () {
    yield Buffer.from('one row\n')
    throw new Error('the database is away')
  }
  const parts = [{ path: 'tables/people.rows', content: rows }]
  await t.rejects(
    writeBackup(join(folder, 'b.zip'), parts, () => '{}'),
    { message: 'the database is away' },
  )
  t.strictSame(readdirSync(folder), [])
})
