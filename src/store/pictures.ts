import type { PictureType, WholePicture } from '../domain/picture.ts'
import { orm, type Sql, type Transaction } from './database.ts'
import { pictures } from './schema.ts'

/** Keeps pictures under the SHA-256 of their bytes; one that is there already stays as it is. */
export async function savePictures(tx: Transaction, whole: readonly WholePicture[]): Promise<void> {
  if (whole.length === 0) return
  const rows = whole.map(({ hash, type, bytes }) => ({ hash, type, bytes }))
  await orm(tx).insert(pictures).values(rows).onConflictDoNothing()
}

/** The bytes of a picture; null where there is none of that name and type. */
export async function pictureBytes(sql: Sql, hash: string, type: PictureType): Promise<Buffer | null> {
  const [row] = await sql<{ bytes: Buffer }[]>`select bytes from pictures where hash = ${hash} and type = ${type}`
  return row?.bytes ?? null
}
