import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './src/store/schema.ts',
    './src/store/sending-schema.ts',
    './src/store/doors-schema.ts',
    './src/store/talk-schema.ts',
    './src/store/record-schema.ts',
    './src/store/erasure-schema.ts',
    './src/store/details-schema.ts',
    './src/store/key-schema.ts',
    './src/store/seal-schema.ts',
    './src/store/staff-schema.ts',
    './src/store/exports-schema.ts',
    './src/store/insights-schema.ts',
  ],
  out: './migrations',
})
