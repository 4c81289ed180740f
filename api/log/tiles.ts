import { z } from 'zod';
import { concatBytes } from '../../facts/core/bytes.ts';
import { FactError } from '../../facts/core/errors.ts';
import { preAuthEncoding } from '../../facts/core/pae.ts';
import { formatBundle } from '../../facts/log/entry-bundle.ts';
import { parseTilePath } from '../../facts/log/tile-path.ts';
import type { Tile } from '../../facts/log/tiles.ts';
import type { LogReading } from '../../ports/log-store.ts';
import { route } from '../http/route.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound } from '../problem.ts';

/** Its bytes are the same for ever, also those of a partial tile (C2SP tlog-tiles). */
const IMMUTABLE = 'public, max-age=31536000, immutable';

export const getTile = route({
  operationId: 'getTile',
  method: 'get',
  path: '/v1/log/tile/{+tile}',
  tag: 'facts',
  summary: 'Read a tile of the log’s tree, or a bundle of its entries',
  description:
    'C2SP tlog-tiles below `/v1/log`: `tile/<level>/<index>[.p/<width>]` has up to 256 hashes of 32 bytes, `tile/entries/<index>[.p/<width>]` the entries behind those of level 0 (the bytes that were signed). With the newest checkpoint they prove that the log holds a fact, and that it only grew.',
  access: 'reader',
  params: z.strictObject({
    tile: z
      .array(z.string())
      .transform((parts, context) => tileAt(`tile/${parts.join('/')}`, context))
      .meta({
        description: 'Path of the tile, with its slashes.',
        example: '0/x001/x234/067',
        override: { type: 'string' },
      }),
  }),
  replies: {
    200: {
      description: 'The tile.',
      bytes:
        'Hashes one behind the other, or entries, each behind its length (uint16, big-endian).',
      headers: { 'Cache-Control': 'It never changes.' },
    },
  },
  problems: [],
})(async ({ params }, { log }: Pick<ApiPorts, 'log'>) => {
  const bytes = await readTile(log, params.tile);
  return { status: 200, bytes, headers: { 'Cache-Control': IMMUTABLE } };
});

/** There is one way to write the path of a tile. */
function tileAt(path: string, context: z.core.$RefinementCtx): Tile {
  try {
    return parseTilePath(path);
  } catch (error) {
    if (!(error instanceof FactError)) throw error;
    context.addIssue({ code: 'custom', message: 'Must be the path of a tile (C2SP tlog-tiles).' });
    return z.NEVER;
  }
}

async function readTile(log: LogReading, { level, index, width }: Tile): Promise<Uint8Array> {
  const parts =
    level === 'entries'
      ? (await log.readPayloads(index, width)).map(preAuthEncoding)
      : await log.readTile({ level, index, width });
  if (parts.length !== width) throw notFound();
  return level === 'entries' ? formatBundle(parts) : concatBytes(...parts);
}
