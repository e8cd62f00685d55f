import { plainText } from '../domain/campaign-body.ts'
import { isHash } from '../domain/merkle.ts'
import type { Brand } from '../domain/brand.ts'
import { theBrand } from '../store/brand.ts'
import { wordingNamed, type KeptWording } from '../store/wordings.ts'
import type { House } from './house.ts'

/** A frozen text by its name, with its words alone. Null for a name that no text of ours has. */
export async function readWording(
  house: House,
  hash: string,
): Promise<{ brand: Brand; wording: KeptWording; text: string } | null> {
  if (!isHash(hash)) return null
  const sql = house.database.readOnly
  const [brand, wording] = await Promise.all([theBrand(sql), wordingNamed(sql, hash)])
  return wording && { brand, wording, text: plainText(wording.body) }
}
