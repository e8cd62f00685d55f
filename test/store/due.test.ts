import t from 'tap'
import { workInHand } from '../../src/actions/work-in-hand.ts'
import { suppressBounced } from '../../src/actions/suppress-bounced.ts'
import { addTopics, yesTo } from '../support/cast.ts'
import { openTestHouse } from '../support/house.ts'
import { addCrowd, writeCampaign } from '../support/oracle.ts'
import { sendNow, takingCourier, wakeDue } from '../support/sending.ts'

const waiting = 3_000

t.test('what waits costs nothing while it is not due: no look asks the clock for each row of it', async (t) => {
  const house = await openTestHouse(t, { courier: takingCourier().courier })
  await addTopics(house)
  await addCrowd(house, waiting, yesTo([1], 'digest-monthly'))
  await writeCampaign(house, 'darn')
  t.match(await sendNow(house, 'darn'), { held: waiting })
  const { sql } = house.database
  await sql`analyze`
  await sql.unsafe(`
    create sequence asked;
    create or replace function instant() returns timestamptz language sql volatile
      as 'select clock_timestamp() + nextval(''asked'') * interval ''0''';`)
  t.match(await workInHand(house), { due: false, service: false })
  t.equal(await wakeDue(house), 0)
  await suppressBounced(house)
  const [row] = await sql<{ asked: number }[]>`select last_value::int as asked from asked`
  t.ok((row?.asked ?? waiting) < 100, `the clock was asked ${row?.asked} times`)
})
