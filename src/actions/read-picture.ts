import type { PictureType } from '../domain/picture.ts'
import { pictureBytes } from '../store/pictures.ts'
import type { House } from './house.ts'

/** The bytes of a picture for whoever has its address, on the pool that cannot write; null where there is none. */
export async function readPictureBytes(house: House, hash: string, type: PictureType): Promise<Buffer | null> {
  return pictureBytes(house.database.readOnly, hash, type)
}
