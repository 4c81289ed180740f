import { z } from 'zod';
import { findTile } from '../../registry/log-tiles.ts';
import { route } from '../http/route.ts';
import type { ApiPorts } from '../ports.ts';
import { found, IMMUTABLE } from './routes.ts';

const TILE = /^(entries|\d{1,2})\/(x\d{3}\/)*\d{3}(\.p\/\d{1,3})?$/;

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
      .transform((parts) => parts.join('/'))
      .pipe(z.string().regex(TILE, 'Must be the path of a tile (C2SP tlog-tiles).'))
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
  const bytes = found(await findTile(log, `tile/${params.tile}`));
  return { status: 200, bytes, headers: { 'Cache-Control': IMMUTABLE } };
});
