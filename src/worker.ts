import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { Job, PgBoss } from 'pg-boss'
import { answerDoors } from './actions/answer-doors.ts'
import { requireMark } from './actions/high-water.ts'
import type { House } from './actions/house.ts'
import { workCampaign } from './actions/send-campaign.ts'
import { keepInsights } from './actions/keep-insights.ts'
import { retireData } from './actions/retire-data.ts'
import { mailCheckpoint } from './actions/mail-checkpoint.ts'
import { sendServiceDue, sendTopicDue } from './actions/send-due.ts'
import { campaignToWork } from './actions/start-scheduled.ts'
import { sealPending } from './actions/seal.ts'
import { signGrown } from './actions/sign-checkpoint.ts'
import { sendStaffMails } from './actions/send-staff-mails.ts'
import { suppressBounced } from './actions/suppress-bounced.ts'
import { sweep, withWorker } from './actions/sweep.ts'
import { workInHand } from './actions/work-in-hand.ts'
import { isDatabaseAway } from './domain/database-away.ts'
import { Problem } from './domain/problem.ts'

/** `stop` releases nothing more, lets what is in flight be answered, and settles when nothing runs any more. */
export type Worker = { stop(): Promise<void> }

/** A turn at one piece of work: after it somebody else's waits no longer, and no job outlives its time in the queue. */
const turnMs = 60_000
/** How often a worker looks what there is to do, and whether its queue still works. */
const beatMs = 3_000

/** Of each kind at most one job waits, of campaigns one for each; whatever a job says, the database says what there is to do. */
const queueSettings = {
  policy: 'short',
  retryLimit: 0,
  expireInSeconds: (5 * turnMs) / 1000,
  retentionSeconds: 3_600,
  deleteAfterSeconds: 3_600,
}

/**
 * Starts a worker. It looks every few seconds what there is to do: each piece is a job that any worker takes, and as long
 * as there is more of it, whoever is free joins. What dead workers left is ended by one of them every minute.
 * pg-boss only wakes: a job that is lost is made again at the next look, one too many finds nothing to do, and a queue
 * that was dropped is made anew. Jobs name campaigns and hold no personal data.
 * @param openBoss gives a new pg-boss that is not started yet. @throws when the queue cannot be opened at the start.
 */
export async function startWorker(house: House, openBoss: () => PgBoss): Promise<Worker> {
  const worker = new QueueWorker(house, openBoss)
  await worker.start()
  return worker
}

/** Nobody watches a worker's progress. */
const judged = () => undefined

class QueueWorker implements Worker {
  readonly #house: House
  readonly #openBoss: () => PgBoss
  readonly #ending = new AbortController()
  /** What this process is at, by name. A queue that is made anew may hand it the same again. */
  readonly #turns = new Map<string, Promise<void>>()
  #boss: PgBoss | null = null
  #ailing = false
  #beats: Promise<void> = Promise.resolve()

  constructor(house: House, openBoss: () => PgBoss) {
    this.#house = house
    this.#openBoss = openBoss
  }

  async start(): Promise<void> {
    await this.#openQueues()
    this.#beats = this.#beat()
  }

  async stop(): Promise<void> {
    this.#ending.abort()
    if (this.#turns.size > 0) {
      this.#house.warn(
        'ending once what is in flight is answered; a second signal ends it at once, and leaves that unknown',
      )
    }
    await this.#beats
    await Promise.all(this.#turns.values())
    // Nothing is in hand any more, and what the queue thinks of its jobs matters to nobody.
    await this.#boss?.stop({ graceful: false }).catch(() => undefined)
  }

  async #openQueues(): Promise<void> {
    const boss = this.#openBoss()
    boss.on('error', (error: unknown) => this.#complain(error))
    try {
      await boss.start()
      for (const queue of ['campaign', 'service', 'due', 'sweep', 'retire', 'checkpoint', 'insights'])
        await boss.createQueue(queue, queueSettings)
      await boss.schedule('sweep', '* * * * *')
      await boss.send('sweep', {})
      await boss.schedule('insights', '11 0 * * *')
      await boss.send('insights', {}, { singletonSeconds: 3_600 })
      await boss.schedule('retire', '17 3 * * *')
      await boss.send('retire', {}, { singletonSeconds: 3_600 })
      await boss.schedule('checkpoint', '43 4 * * *')
      await boss.send('checkpoint', {}, { singletonSeconds: 3_600 })
      this.#boss = boss
      // What is there already is found at the first look of those who work.
      await this.#enqueue()
      await boss.work('campaign', ([job]: Job<{ slug: string }>[]) => this.#campaign(job?.data.slug ?? ''))
      await boss.work('service', () => this.#service())
      await boss.work('due', () => this.#due())
      await boss.work('sweep', () => this.#once('sweep', () => this.#sweep()))
      await boss.work('retire', () => this.#once('retire', () => this.#retire()))
      await boss.work('insights', () => this.#once('insights', () => this.#insights()))
      await boss.work('checkpoint', () => this.#once('checkpoint', () => this.#checkpoint()))
    } catch (error) {
      this.#boss = null
      await boss.stop({ graceful: false }).catch(() => undefined)
      throw error
    }
  }

  /** Each piece of what is to be done gets its job, unless one waits already for somebody who is free. */
  async #enqueue(): Promise<void> {
    const { campaigns, due, service } = await workInHand(this.#house)
    if (service) await this.#boss?.send('service', {})
    for (const slug of campaigns) await this.#boss?.send('campaign', { slug }, { singletonKey: slug })
    if (due) await this.#boss?.send('due', {})
  }

  async #sweep(): Promise<void> {
    // A ledger that lost entries must not grow, whatever there is to note in it.
    await requireMark(this.#house)
    await sweep(this.#house)
    await suppressBounced(this.#house)
    await sealPending(this.#house)
    await signGrown(this.#house)
  }

  /** What has been kept for its time: once a day, and at a start, because nobody may be there at that hour; at most once an hour. */
  async #retire(): Promise<void> {
    await requireMark(this.#house)
    await retireData(this.#house, AbortSignal.any([this.#ending.signal, AbortSignal.timeout(4 * turnMs)]))
  }

  /** The day that is over is counted soon after it, before anything of it is deleted by its age; at a start too, if nobody was there. */
  async #insights(): Promise<void> {
    await keepInsights(this.#house, { signal: this.#ending.signal })
  }

  /** A signed state of the ledger leaves the house: once a day, and at a start, because nobody may be there at that hour. */
  async #checkpoint(): Promise<void> {
    await mailCheckpoint(this.#house)
  }

  #campaign(slug: string): Promise<void> {
    return this.#once(`campaign ${slug}`, async () => {
      const campaign = await campaignToWork(this.#house, slug)
      if (campaign === null) return
      await this.#turn((worker, signal) => workCampaign({ house: this.#house, worker, campaign, signal, judged }))
    })
  }

  #due(): Promise<void> {
    return this.#once('due', () => this.#turn((worker, signal) => sendTopicDue(this.#house, worker, signal)))
  }

  /** Service mail has a turn of its own: whatever happens to topic mail, a confirmation does not wait for it. */
  #service(): Promise<void> {
    return this.#once('service', () =>
      this.#turn(async (worker, signal) => {
        await answerDoors(this.#house, signal)
        await sendStaffMails(this.#house, signal)
        await sendServiceDue(this.#house, worker, signal)
      }),
    )
  }

  /** What comes to its time begins within seconds of it, with whoever is free; a queue that does not work is made anew. */
  async #beat(): Promise<void> {
    for (;;) {
      await wait(beatMs, undefined, { signal: this.#ending.signal }).catch(() => undefined)
      if (this.#ending.signal.aborted) return
      try {
        // A database that went back, as a replica that lagged does, sends nothing more (I-13).
        await requireMark(this.#house)
        if (this.#ailing) await this.#mend()
        await this.#enqueue()
      } catch (error) {
        this.#complain(error)
      }
    }
  }

  async #mend(): Promise<void> {
    if (!(await this.#boss?.isInstalled())) {
      // What this process is at goes on: it needs the queue only to be found.
      await this.#boss?.stop({ graceful: false }).catch(() => undefined)
      await this.#openQueues()
    }
    this.#ailing = false
  }

  /**
   * A turn at something under a worker's name of its own. After a failure the rest of the turn is waited out; not where only
   * the database was away, which is looked for at the next beat.
   */
  async #turn(work: (worker: number, signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const signal = AbortSignal.any([this.#ending.signal, AbortSignal.timeout(turnMs)])
    try {
      await requireMark(this.#house)
      await withWorker(this.#house, (worker) => work(worker, signal))
    } catch (error) {
      if (isDatabaseAway(error)) throw error
      this.#house.warn(`a worker could not go on and waits a minute: ${wordsFor(error)}`)
      if (!signal.aborted) await once(signal, 'abort')
    }
  }

  /** Runs it unless this process is at it already. It never fails: what is not done is found again. */
  #once(name: string, work: () => Promise<void>): Promise<void> {
    if (this.#turns.has(name) || this.#ending.signal.aborted) return Promise.resolve()
    const turn = work()
      .catch((error: unknown) => this.#complain(error))
      .finally(() => this.#turns.delete(name))
    this.#turns.set(name, turn)
    return turn
  }

  /** Tells the log once until it works again. */
  #complain(error: unknown): void {
    if (this.#ailing || this.#ending.signal.aborted) return
    this.#ailing = true
    this.#house.warn(`a worker met a failure and tries again every few seconds: ${wordsFor(error)}`)
  }
}

/** A problem says itself what happened; another error may quote what it was given, so only its code or kind is told. */
function wordsFor(error: unknown): string {
  if (error instanceof Problem) return error.message
  const { code, name } = error as { code?: string; name?: string }
  return code ?? name ?? 'unknown'
}
