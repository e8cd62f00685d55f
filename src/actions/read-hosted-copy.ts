import type { Brand } from '../domain/brand.ts'
import { theBrand } from '../store/brand.ts'
import { hostedMessage, type HostedMessage } from '../store/hosted-copies.ts'
import type { House } from './house.ts'

/** A campaign's message for whoever has its address, on the pool that cannot write; null before it began to be sent. */
export async function readHostedCopy(
  house: House,
  message: string,
): Promise<{ brand: Brand; message: HostedMessage } | null> {
  const sql = house.database.readOnly
  const [brand, hosted] = await Promise.all([theBrand(sql), hostedMessage(sql, message)])
  return hosted && { brand, message: hosted }
}
