import { z } from 'zod';
import type { KnownPlane } from '../../ports/plane-store.ts';
import { formatTime, time } from '../http/schemas.ts';

const NOTE_KEY_MAX_CHARS = 512;

export const noteKey = z
  .string()
  .max(NOTE_KEY_MAX_CHARS, 'Is too long.')
  .meta({ description: 'Note key of the plane, named `<log>/plane/<name>`.' });

export const planeSchema = z
  .object({
    name: z.string().meta({ description: 'Its name in the log.', example: 'billing-eu' }),
    key: z.string().meta({ description: 'Note key that its receipts are signed by.' }),
    addedAt: time('When the registry was told of it.'),
    newest: z
      .object({
        at: time('When the plane said so.'),
        epoch: z.int(),
        size: z.int().meta({ description: 'Every fact of the log below it is applied.' }),
        shards: z.int().meta({ description: 'How many shards it follows.' }),
      })
      .nullable()
      .meta({ description: 'Its newest receipt; null before the first.' }),
  })
  .meta({ id: 'Plane' });

export function formatPlane({ name, key, addedAtMs, newest }: KnownPlane) {
  return {
    name,
    key,
    addedAt: formatTime(addedAtMs),
    newest:
      newest === undefined
        ? null
        : {
            at: formatTime(newest.atMs),
            epoch: newest.epoch,
            size: newest.size,
            shards: newest.shards.length,
          },
  };
}
