import { z } from 'zod';
import { PLANE_NAME, addPlane as addPlaneOfKey } from '../../registry/planes.ts';
import { route } from '../http/route.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound, Problem } from '../problem.ts';
import { formatPlane, noteKey, planeSchema } from './schema.ts';

type Planes = Pick<ApiPorts, 'planes'>;

export const addPlane = route({
  operationId: 'addPlane',
  method: 'post',
  path: '/v1/planes',
  tag: 'planes',
  summary: 'Tell the registry of a data plane',
  description:
    'From now on receipts by this key count. The same key again is harmless; a plane that changes its key is removed first.',
  access: 'operator',
  body: z.strictObject({ key: noteKey }),
  replies: { 201: { description: 'The plane.', body: planeSchema } },
  problems: ['plane-name-taken', 'store-unknown', 'store-full'],
})(async (
  { body },
  { planes, clock, logOrigin }: Planes & Pick<ApiPorts, 'clock' | 'logOrigin'>,
) => {
  const added = await addPlaneOfKey(body.key, { planes, clock, log: logOrigin });
  if (added === undefined) throw new Problem('plane-name-taken', 'The name has another key.');
  const known = (await planes.listPlanes()).find(({ name }) => name === added.name);
  return { status: 201, body: formatPlane(known ?? { ...added, newest: undefined }) };
});

export const listPlanes = route({
  operationId: 'listPlanes',
  method: 'get',
  path: '/v1/planes',
  tag: 'planes',
  summary: 'List the data planes',
  description: 'All that the registry was told of, by name, each with its newest receipt.',
  access: 'operator',
  replies: {
    200: { description: 'The planes.', body: z.object({ planes: z.array(planeSchema) }) },
  },
  problems: [],
})(async (_input, { planes }: Planes) => {
  return { status: 200, body: { planes: (await planes.listPlanes()).map(formatPlane) } };
});

export const removePlane = route({
  operationId: 'removePlane',
  method: 'delete',
  path: '/v1/planes/{plane}',
  tag: 'planes',
  summary: 'Forget a data plane',
  description: 'With its receipts. It may go on following; its receipts are refused.',
  access: 'operator',
  params: z.strictObject({
    plane: z
      .string()
      .regex(PLANE_NAME, 'Must be the name of a plane.')
      .meta({ description: 'Its name.', example: 'billing-eu' }),
  }),
  replies: { 204: { description: 'It is forgotten.' } },
  problems: ['store-unknown', 'store-full'],
})(async ({ params }, { planes }: Planes) => {
  if (!(await planes.removePlane(params.plane))) throw notFound();
  return { status: 204 };
});
