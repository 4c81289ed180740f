import { z } from 'zod';
import { isEnded, SAGA_STATES } from '../../domain/operation.ts';
import type { Operation } from '../../ports/registry-store.ts';
import type { SagaCommand } from '../../ports/saga-engine.ts';
import { pageOf } from '../http/page.ts';
import { route } from '../http/route.ts';
import { cursor, limit, next, uuid } from '../http/schemas.ts';
import type { ApiPorts } from '../ports.ts';
import { notFound, Problem } from '../problem.ts';
import { startNow } from './begin.ts';
import { sagaSchema } from './schema.ts';
import { formatSaga, showSaga } from './view.ts';

const params = z.object({ saga: uuid('The operation’s id.') });

export const getSaga = route({
  operationId: 'getSaga',
  method: 'get',
  path: '/v1/sagas/{saga}',
  tag: 'sagas',
  summary: 'Show a saga',
  description: 'Its state, its steps with their times and, when it waits, why and what to do.',
  access: 'operator',
  params,
  replies: { 200: { description: 'The saga.', body: sagaSchema } },
  problems: [],
})(async ({ params: { saga } }, ports: ApiPorts) => {
  const operation = await assureOperation(saga, ports);
  return { status: 200, body: await showSaga(operation, ports) };
});

const position = z.object({ id: z.string() });

export const listSagas = route({
  operationId: 'listSagas',
  method: 'get',
  path: '/v1/sagas',
  tag: 'sagas',
  summary: 'List sagas',
  description: 'Newest first, as of their last recorded change of state.',
  access: 'operator',
  query: z.strictObject({
    state: z
      .enum(SAGA_STATES, `Must be one of ${SAGA_STATES.join(', ')}.`)
      .optional()
      .meta({ description: 'Only those in this state; `parked` are the ones that wait.' }),
    tenant: uuid('Only those of this tenant.').optional(),
    limit,
    cursor,
  }),
  replies: {
    200: {
      description: 'One page.',
      body: z.object({ sagas: z.array(sagaSchema), next }).meta({ id: 'SagaPage' }),
    },
  },
  problems: ['cursor-invalid'],
})(async ({ query }, { operations, cursors }: Pick<ApiPorts, 'operations' | 'cursors'>) => {
  const { state, tenant, limit: size } = query;
  const purpose = `sagas ${state ?? '*'} ${tenant ?? '*'}`;
  const after =
    query.cursor === undefined ? undefined : cursors.parse(purpose, query.cursor, position).id;
  const read = await operations.listOperations({
    ...(state === undefined ? {} : { state }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(after === undefined ? {} : { after }),
    limit: size + 1,
  });
  const { rows, next: following } = pageOf(read, size, ({ id }) => cursors.format(purpose, { id }));
  return { status: 200, body: { sagas: rows.map(formatSaga), next: following } };
});

const COMMANDS: Readonly<Record<SagaCommand, { summary: string; description: string }>> = {
  resume: {
    summary: 'Resume a parked saga',
    description: 'Tries the step again at once. Refused unless it is parked.',
  },
  unwind: {
    summary: 'Unwind a saga',
    description:
      'Undoes every step, as an operator’s decision. Refused once its pivot was scheduled.',
  },
  cancel: {
    summary: 'Cancel a saga',
    description: 'Undoes every step. Refused once its pivot was scheduled.',
  },
};

function commandRoute(command: SagaCommand) {
  return route({
    operationId: `${command}Saga`,
    method: 'post',
    path: `/v1/sagas/{saga}/${command}`,
    tag: 'sagas',
    ...COMMANDS[command],
    access: 'operator',
    params,
    replies: { 202: { description: 'Told; the saga acts on it.', body: sagaSchema } },
    problems: ['saga-ended', 'command-refused', 'engine-unavailable'],
  })(async ({ params: { saga } }, ports: ApiPorts) => {
    const operation = await assureOperation(saga, ports);
    if (isEnded(operation.state)) throw new Problem('saga-ended', `It is ${operation.state}.`);
    // One that a crash left unstarted is started first, so that it can be told.
    await startNow(operation, ports);
    await ports.engine.tell(operation.id, operation.kind, command);
    return { status: 202, body: await showSaga(await assureOperation(saga, ports), ports) };
  });
}

export const resumeSaga = commandRoute('resume');
export const unwindSaga = commandRoute('unwind');
export const cancelSaga = commandRoute('cancel');

async function assureOperation(
  id: string,
  { operations }: Pick<ApiPorts, 'operations'>,
): Promise<Operation> {
  const operation = await operations.findOperation(id);
  if (operation === undefined) throw notFound();
  return operation;
}
