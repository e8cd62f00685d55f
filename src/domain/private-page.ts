/** What only a session shows, and a fresh link can be asked for: it then opens right there. */
export const privatePages = ['download', 'erase'] as const
export type PrivatePage = (typeof privatePages)[number]

/** Which of them a field such as `?for=download` names; null for everything else, and her page is opened. */
export function privatePage(field: string | undefined): PrivatePage | null {
  return privatePages.find((page) => page === field) ?? null
}

/** How an address of a fresh link, or of the page that asks for one, says where it is to open. */
export function forPage(page: PrivatePage | null): string {
  return page === null ? '' : `?for=${page}`
}
