import { z } from 'zod';
import { OPERATION_KINDS, SAGA_STATES, STEP_STATES } from '../../domain/operation.ts';
import { time, uuid } from '../http/schemas.ts';

const stepSchema = z
  .object({
    name: z.string().meta({ example: 'identity' }),
    state: z.enum(STEP_STATES),
    startedAt: time('Null until it began.').nullable(),
    endedAt: time('Null until it ended.').nullable(),
    ms: z.number().nullable().meta({ description: 'Duration in milliseconds, retries included.' }),
  })
  .meta({ id: 'SagaStep' });

const reasonSchema = z
  .object({
    code: z.string().meta({ example: 'identity.unavailable' }),
    step: z.string(),
    message: z.string(),
    whatToDo: z.string().meta({ description: 'What an operator can do about it.' }),
  })
  .meta({ id: 'SagaReason' });

export const sagaSchema = z
  .object({
    id: uuid('The operation’s id; the saga has no other.'),
    kind: z.enum(OPERATION_KINDS),
    tenant: uuid('The tenant it works on.'),
    state: z.enum(SAGA_STATES),
    live: z.boolean().meta({
      description:
        'True: the saga itself answered. False: as of its last recorded change of state.',
    }),
    step: z.string().nullable().meta({ description: 'The step that runs or waits now.' }),
    attempts: z.int().nullable().meta({ description: 'Attempts of that step; null unless live.' }),
    reason: reasonSchema.nullable().meta({ description: 'Why it waits or was unwound.' }),
    steps: z.array(stepSchema),
    acceptedAt: time('When the request was accepted.'),
    endedAt: time('Null until it is done or unwound.').nullable(),
    inviteLink: z.string().optional().meta({
      description:
        'The first admin’s invitation, outside production only, once its mail was caught.',
    }),
  })
  .meta({ id: 'Saga' });

export type SagaBody = z.input<typeof sagaSchema>;
