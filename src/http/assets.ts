import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readBrand } from '../actions/read-brand.ts'
import type { Brand } from '../domain/brand.ts'
import { shadesOf } from '../domain/contrast.ts'
import { viewsFolder } from '../render.ts'
import { fieldOf, page, type Site } from './site.ts'

const stylesheet = readFileSync(join(viewsFolder, 'style.css'), 'utf8')
const staffStylesheet = readFileSync(join(viewsFolder, 'staff.css'), 'utf8')
const chartStylesheet = readFileSync(join(viewsFolder, 'insights.css'), 'utf8')

/** The addresses of the stylesheets; they change with what is in them, so that they may be kept for a year. */
export function stylesFor(brand: Brand): string[] {
  return [`/style.css?v=${versionOf(stylesheet)}`, `/brand.css?v=${versionOf(brandStyle(brand))}`]
}

/** The stylesheet of the staff's pages, and that of their charts; the brand's colour is in neither. */
export function staffStyles(charts = false): string[] {
  const styles = [`/staff.css?v=${versionOf(staffStylesheet)}`]
  return charts ? [...styles, `/insights.css?v=${versionOf(chartStylesheet)}`] : styles
}

/** What pages are dressed in, and what programs ask every site for. */
export function assets(server: FastifyInstance, site: Site): void {
  page(server, '/style.css', { get: (request, reply) => kept(request, reply, 'text/css; charset=utf-8', stylesheet) })
  page(server, '/staff.css', {
    get: (request, reply) => kept(request, reply, 'text/css; charset=utf-8', staffStylesheet),
  })
  page(server, '/insights.css', {
    get: (request, reply) => kept(request, reply, 'text/css; charset=utf-8', chartStylesheet),
  })
  page(server, '/brand.css', {
    get: async (request, reply) =>
      kept(request, reply, 'text/css; charset=utf-8', brandStyle(await readBrand(site.house))),
  })
  for (const url of ['/favicon.svg', '/favicon.ico']) {
    page(server, url, {
      get: async (request, reply) => kept(request, reply, 'image/svg+xml', brandIcon(await readBrand(site.house))),
    })
  }
  page(server, '/robots.txt', {
    get: (_request, reply) => reply.type('text/plain; charset=utf-8').send('User-agent: *\nDisallow: /\n'),
  })
}

/** The brand's colour, nudged until it can be read in both modes. Stop, errors and verdicts never take it. */
function brandStyle({ colour }: Brand): string {
  const { light, dark } = shadesOf(colour)
  return `:root{--brand:${light.brand};--on-brand:${light.onBrand}}
@media (prefers-color-scheme:dark){:root{--brand:${dark.brand};--on-brand:${dark.onBrand}}}
`
}

/** The brand's initial on its colour. */
function brandIcon({ name, colour }: Brand): string {
  const [first] = new Intl.Segmenter().segment(name.trim())
  const initial = (first?.segment ?? '').toUpperCase().replaceAll(/[&<>]/g, '')
  const { brand, onBrand } = shadesOf(colour).light
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="${brand}"/><text x="16" y="23" text-anchor="middle" font-family="system-ui, sans-serif" font-size="20" font-weight="600" fill="${onBrand}">${initial}</text></svg>
`
}

/** With the right version in its address it may be kept for a year, else for five minutes. */
function kept(request: FastifyRequest, reply: FastifyReply, type: string, body: string): FastifyReply {
  const named = fieldOf(request.query, 'v') === versionOf(body)
  return reply
    .type(type)
    .header('cache-control', named ? 'public, max-age=31536000, immutable' : 'public, max-age=300')
    .send(body)
}

function versionOf(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 12)
}
