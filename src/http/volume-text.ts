import { volumeOf, volumeTogether, type TopicVolume, type Volume } from '../domain/volume.ts'
import type { Voice } from './voice.ts'

/** How much a topic brings, as it stands beside it: "about 4 a month". */
export function volumeText(voice: Voice, volumes: readonly TopicVolume[], topic: number, now: Date): string {
  const found = volumes.find((one) => one.topic === topic)
  const volume: Volume = found ? volumeOf(found, now) : { kind: 'new', expected: null }
  if (volume.kind === 'counted') return monthlyText(voice, 'page.volume.topic', volume.monthly)
  return volume.expected === null
    ? voice.say('page.volume.new')
    : voice.say('page.volume.expected', { count: volume.expected })
}

/** How much several topics bring together, as each email comes; nothing where it cannot be told or there is none. */
export function volumesText(
  voice: Voice,
  volumes: readonly TopicVolume[],
  topics: readonly number[],
  now: Date,
): string {
  const wanted = volumes.filter(({ topic }) => topics.includes(topic))
  const monthly = wanted.length > 0 ? volumeTogether(wanted.map((one) => volumeOf(one, now))) : null
  return monthly === null ? '' : monthlyText(voice, 'page.volume.pace', monthly)
}

function monthlyText(voice: Voice, key: 'page.volume.topic' | 'page.volume.pace', monthly: number): string {
  const count = Math.round(monthly)
  return count < 1 ? voice.say('page.volume.rare') : voice.say(key, { count })
}
