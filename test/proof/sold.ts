import { randomUUID } from 'node:crypto';
import { isEnded } from '../../domain/operation.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { acceptAnswer } from '../../registry/accept-sale.ts';
import { followUpOf } from '../../registry/follow-up.ts';
import { eventually } from '../support/eventually.ts';
import { patiently } from './story.ts';
import type { Request, Stage } from './story.ts';

const ENDS_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 100;

/** A product beside the plan, asked for and granted. */
export async function grantProduct({ world, caller, made }: Stage): Promise<Request> {
  const { tenant } = made;
  const request = randomUUID();
  const asked = { id: request, tenant, product: 'api', requestedBy: 'customer' };
  const requestedAtMs = Date.now();
  await patiently(() => world.api.sales.addRequest({ ...asked, requestedAtMs }));
  const answer = { request, answer: 'granted', limits: { requestsPerDay: 500 } } as const;
  return () => acceptAnswer(world.accept, { ...caller, tenant, ...answer });
}

/** Nobody asks for it: the commit of its tenant's provisioning accepts it. */
export async function beginTrial(stage: Stage, provisioned: Request): Promise<Request> {
  const { tenant } = await stage.before(provisioned);
  const { operations } = stage.world.api;
  const accepted = await patiently(() => operations.listOperations({ tenant, limit: 10 }));
  const trial = accepted.find(({ kind }) => kind === 'runTrial');
  if (trial === undefined) throw new Error('no trial was accepted');
  return askedAgain(trial);
}

/** The saga that its end accepts, once there is one. */
export async function freezeBehind(stage: Stage, { id }: Operation): Promise<void> {
  const { operations } = stage.world.api;
  await eventually(
    async () => {
      const row = await operations.findOperation(id);
      return row !== undefined && isEnded(row.state);
    },
    { withinMs: ENDS_WITHIN_MS, everyMs: LOOK_EVERY_MS, what: `the end of the trial ${id}` },
  );
  const freezing = await patiently(() => operations.findOperation(followUpOf(id, 'freezeTenant')));
  if (freezing !== undefined) await stage.before(askedAgain(freezing));
}

const askedAgain =
  (operation: Operation): Request =>
  () =>
    Promise.resolve({ outcome: 'replayed', operation });
