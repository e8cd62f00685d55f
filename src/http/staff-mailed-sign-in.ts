import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { askToSignIn } from '../actions/ask-at-door.ts'
import { readBrand } from '../actions/read-brand.ts'
import { isSignInLink, signInByLink, signInMinutes } from '../actions/staff-sign-in.ts'
import { parseAddress } from '../domain/address.ts'
import { networkOf } from '../domain/client-network.ts'
import { ownPath } from '../domain/own-path.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import type { StaffPart } from '../staff-views.ts'
import { requireFromHere } from './session-look.ts'
import { fieldOf, page, tokenOf, type Site } from './site.ts'
import { staffCookie, staffCookieOf } from './staff-cookie.ts'
import { endedNotice, inPath, sendSignIn, signedInAlready, wantedPath } from './staff-sign-in-page.ts'

const form = '/staff/sign-in'

/**
 * The sign-in by a link of our own mail, while no identity provider is set up. Asking answers the same to every address, because it
 * does the same: it takes the request down, and a worker looks whether it is on the staff list.
 */
export function mailedSignIn(server: FastifyInstance, site: Site): void {
  page(server, form, {
    get: (request, reply) => showForm(site, request, reply),
    post: (request, reply) => ask(site, request, reply),
  })
  page(server, `${form}/:link`, {
    get: (request, reply) => showLink(site, request, reply),
    post: (request, reply) => open(site, request, reply),
  })
}

async function showForm(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const to = wantedPath(request)
  if (await signedInAlready(site, request)) return reply.redirect(to ?? '/staff', 303)
  const brand = await readBrand(site.house)
  if (fieldOf(request.query, 'sent') !== undefined) {
    return sendSignIn(reply, brand, staffText('staff.signIn.sent'), [
      { kind: 'text', lines: [staffText('staff.signIn.sentLead', { minutes: signInMinutes })] },
      { kind: 'links', links: [{ label: staffText('staff.signIn.again'), url: inPath(form, to) }] },
    ])
  }
  return sendSignIn(reply, brand, staffText('staff.signIn.heading'), formParts(to), { notice: endedNotice(request) })
}

async function ask(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  requireFromHere(site, request)
  const typed = fieldOf(request.body, 'address') ?? ''
  const to = ownPath(fieldOf(request.body, 'to') ?? '')
  const brand = await readBrand(site.house)
  const address = parseAddress(typed)
  if (address.kind === 'refused') {
    const error = staffText('staff.signIn.badAddress')
    const problems = { heading: staffText('staff.signIn.problem'), items: [{ label: error, url: '#address' }] }
    const parts = formParts(to, typed, error)
    return sendSignIn(reply, brand, staffText('staff.signIn.heading'), parts, { problems, status: 422 })
  }
  const asked = await askToSignIn(site.house, address, to, networkOf(request.ip))
  if (asked.kind === 'too-many') {
    const lead = staffText('staff.signIn.tooManyLead', { minutes: Math.ceil(asked.seconds / 60) })
    reply.header('retry-after', asked.seconds)
    return sendSignIn(reply, brand, staffText('staff.signIn.tooMany'), [{ kind: 'text', lines: [lead] }], {
      status: 429,
    })
  }
  return reply.redirect(`${inPath(form, to)}${to === null ? '?' : '&'}sent`, 303)
}

async function showLink(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const [works, brand] = await Promise.all([isSignInLink(site.house, tokenOf(request)), readBrand(site.house)])
  if (!works) return over(reply, brand)
  const to = wantedPath(request)
  return sendSignIn(reply, brand, staffText('staff.signIn.heading'), [
    { kind: 'text', lines: [staffText('staff.signIn.openLead')] },
    {
      kind: 'presses',
      buttons: [
        {
          action: `${form}/${tokenOf(request)}`,
          label: staffText('staff.signIn.open'),
          look: 'primary',
          fields: to === null ? [] : [{ name: 'to', value: to }],
        },
      ],
    },
  ])
}

async function open(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  // A stranger could lead a browser into a session of his own.
  requireFromHere(site, request)
  const cookie = await signInByLink(site.house, tokenOf(request), staffCookieOf(site, request))
  if (cookie === null) return over(reply, await readBrand(site.house))
  const to = ownPath(fieldOf(request.body, 'to') ?? '') ?? '/staff'
  return reply.header('set-cookie', staffCookie(site, cookie)).redirect(to, 303)
}

function over(reply: FastifyReply, brand: Parameters<typeof sendSignIn>[1]): FastifyReply {
  const parts: StaffPart[] = [
    { kind: 'text', lines: [staffText('staff.signIn.overLead', { minutes: signInMinutes })] },
    { kind: 'links', links: [{ label: staffText('staff.signIn.again'), url: form }] },
  ]
  return sendSignIn(reply, brand, staffText('staff.signIn.over'), parts, { status: 410 })
}

function formParts(to: string | null, value = '', error = ''): StaffPart[] {
  return [
    { kind: 'text', lines: [staffText('staff.signIn.mailLead')] },
    {
      kind: 'form',
      form: {
        method: 'post',
        action: form,
        fields: to === null ? [] : [{ name: 'to', value: to }],
        inputs: [
          {
            type: 'email',
            name: 'address',
            label: staffText('staff.signIn.address'),
            hint: '',
            error,
            value,
            autocomplete: 'email',
          },
        ],
        button: staffText('staff.signIn.send'),
        look: 'primary',
      },
    },
  ]
}
