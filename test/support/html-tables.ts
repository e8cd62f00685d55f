/** The tables of a page of ours: the rows of texts of each, under its caption. */
export function tablesIn(html: string): Map<string, string[][]> {
  const tables = new Map<string, string[][]>()
  for (const [, caption = '', body = ''] of html.matchAll(
    /<caption[^>]*>([\s\S]*?)<\/caption>[\s\S]*?<tbody>([\s\S]*?)<\/tbody>/g,
  )) {
    const rows = [...body.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row = '']) =>
      [...row.matchAll(/<td[^>]*>([\s\S]*?)<\/td>/g)].map(([, cell = '']) => cell.replaceAll(/<[^>]*>/g, '').trim()),
    )
    tables.set(caption.replaceAll('&#39;', "'"), rows)
  }
  return tables
}
