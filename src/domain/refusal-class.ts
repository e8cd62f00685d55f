/** What a refusal says of her mailbox: that it is `gone` for good; perhaps (`doubtful`); or nothing (`other`). */
export type RefusalClass = 'gone' | 'doubtful' | 'other'

/** Refused so often, on different days and without any mail taken between them, a doubtful answer counts as `gone`. */
export const doubtfulDays = 3

/**
 * Enhanced codes (RFC 3463, RFC 7505) that say it about this one mailbox for good: 5.1.1 there is no such mailbox, 5.1.3
 * the address cannot be one, 5.1.6 it moved and left no new address, 5.1.10 its domain takes no mail at all, 5.2.1 it is
 * switched off.
 */
const gone = new Set(['5.1.1', '5.1.3', '5.1.6', '5.1.10', '5.2.1'])

/** 5.1.2, no such destination system, is also what a relay says while its own name service fails (F39). */
const perhaps = new Set(['5.1.2'])

/** 5.0.0 tells no more than the basic code beside it. */
const tellsNothing = '5.0.0'

/** Words of receivers that give a code of no mailbox to what is about us, this message or this hour: then it counts for nothing. */
const notAboutTheMailbox =
  /\b(?:full|quota|storage|too (?:many|much|large|big|quickly|fast)|rate|limit(?:ed|s)?|exceed\w*|temporar\w*|try (?:again )?later|spam\w*|junk|ube|virus|malware|polic(?:y|ies)|block\w*|(?:black|deny|block) ?list\w*|listed|banned|denied|reputation|sender|senders|content|header|authenticat\w*|spf|dkim|dmarc|gr[ae]y ?list\w*|relay\w*)\b/i

/** Plain words of receivers that give no code of their own. */
const saysPlainly =
  /\b(?:(?:user|recipient|mailbox|account|address|address(?:ee)?) (?:is )?unknown|unknown (?:user|recipient|mailbox|account|address(?:ee)?)|no such (?:user|recipient|mailbox|account|address|person)|(?:user|recipient|mailbox|account|address) (?:does not|doesn['’]?t) exist|(?:user|recipient|mailbox|account|address) (?:was )?not found|invalid (?:recipient|mailbox)|no mailbox (?:here|by that name)|mailbox (?:is )?(?:disabled|closed)|account (?:is |has been )?(?:disabled|closed|deleted))\b/i

const codes = /^\s*(5\d\d)(?:[ -]+[#(<]?(5\.\d{1,3}\.\d{1,3})(?![\d.]))?/

/**
 * Reads a 5xx answer to one mail. The enhanced code decides where there is one; 550, 551 and 553 without one count when
 * their words say plainly that there is no such mailbox, and are doubtful when they say nothing. A full mailbox (5.2.2),
 * size, policy (5.7.x), content and everything else never speak of the mailbox, and words of that sort outweigh any code:
 * receivers are known to answer 5.1.1 to a sender who is too fast. One answer alone suppresses nobody: the caller also
 * looks whether the same text answered half of everything (refusal-storm.ts).
 */
export function classOfRefusal(reply: string): RefusalClass {
  const [, basic, enhanced = tellsNothing] = codes.exec(reply) ?? []
  if (basic === undefined || notAboutTheMailbox.test(withoutAddresses(reply))) return 'other'
  if (gone.has(enhanced)) return 'gone'
  if (perhaps.has(enhanced)) return 'doubtful'
  if (enhanced !== tellsNothing || !['550', '551', '553'].includes(basic)) return 'other'
  return saysPlainly.test(reply) ? 'gone' : 'doubtful'
}

/** Addresses and links may be made of any words. */
function withoutAddresses(reply: string): string {
  return reply.replaceAll(/\S+@\S+|https?:\S+/g, ' ')
}
