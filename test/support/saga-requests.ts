import { randomUUID } from 'node:crypto';
import type { DataConverter } from '@temporalio/common';
import type { PostgresStore } from '../../adapters/postgres/store.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { systemIds } from '../../adapters/system/ids.ts';
import { createTemporalEngine } from '../../adapters/temporal/engine.ts';
import type { FreezeReason } from '../../domain/freezing.ts';
import type { Isolation } from '../../domain/isolation.ts';
import type { SagaTiming } from '../../domain/saga-timing.ts';
import type { Operation } from '../../ports/registry-store.ts';
import type { AcceptResult } from '../../registry/accept.ts';
import { acceptFreeze, acceptUnfreeze } from '../../registry/accept-freezing.ts';
import { acceptMove } from '../../registry/accept-move.ts';
import { acceptOffboarding } from '../../registry/accept-offboarding.ts';
import { acceptProvision, type ProvisionRequest } from '../../registry/accept-provision.ts';
import { acceptMembershipChange } from '../../registry/accept-membership-change.ts';
import type { AskedChange } from '../../registry/accept-membership-change.ts';
import { startSaga } from '../../registry/start-saga.ts';
import { eventually } from './eventually.ts';
import { createLooks } from './saga-looks.ts';

export const DOMAIN = 'example.test';
const ENDS_WITHIN_MS = 60_000;

export function aRequest(): ProvisionRequest {
  const slug = `t-${randomUUID().slice(0, 13)}`;
  return {
    ...{ actor: 'operator', slug, displayName: 'Acme', isolation: 'silo', plan: 'team' },
    ...{ demo: false, adminEmail: `ann@${slug}.test`, identityProviders: [] },
  };
}

type Start = (operation: Operation, over?: Partial<SagaTiming>) => Promise<void>;

/** What a caller of the API does: asks, and looks how it went. */
export function createRequests(api: PostgresStore, start: Start) {
  const ports = { ...api, clock: systemClock, ids: systemIds };
  const begin = async (operation: Operation) => {
    // As the starter does: a Temporal that is busy is asked again.
    await eventually(() => start(operation), { withinMs: ENDS_WITHIN_MS, what: 'the start' });
    return operation;
  };
  const accept = async (over: Partial<ProvisionRequest> = {}) =>
    accepted(
      await acceptProvision(
        { ...ports, domain: DOMAIN, seeds: new Map() },
        { ...aRequest(), ...over },
      ),
    );
  const acceptChange = async (tenant: string, change: AskedChange) =>
    accepted(await acceptMembershipChange(ports, { actor: 'operator', tenant, change }));
  const acceptFreezing = async (tenant: string, reason: FreezeReason = 'unpaid') =>
    accepted(await acceptFreeze(ports, { actor: 'operator', tenant, reason }));
  const acceptUnfreezing = async (tenant: string) =>
    accepted(await acceptUnfreeze(ports, { actor: 'operator', tenant }));
  const acceptLeaving = async (tenant: string) =>
    accepted(await acceptOffboarding(ports, { actor: 'operator', tenant }));
  const acceptMoving = async (tenant: string, to: Isolation) =>
    accepted(await acceptMove(ports, { actor: 'operator', tenant, to }));
  return {
    ...{ accept, start, ...createLooks(api) },
    provision: async (over: Partial<ProvisionRequest> = {}) => begin(await accept(over)),
    acceptChange,
    changeRoles: async (tenant: string, member: string, roles: readonly string[]) =>
      begin(await acceptChange(tenant, { change: 'roles', member, roles })),
    change: async (tenant: string, change: AskedChange) =>
      begin(await acceptChange(tenant, change)),
    ...{ acceptFreezing, acceptUnfreezing },
    ...{ acceptLeaving, offboard: async (tenant: string) => begin(await acceptLeaving(tenant)) },
    ...{ acceptMoving },
    move: async (tenant: string, to: Isolation) => begin(await acceptMoving(tenant, to)),
    freeze: async (tenant: string) => begin(await acceptFreezing(tenant)),
    unfreeze: async (tenant: string) => begin(await acceptUnfreezing(tenant)),
  };
}

function accepted(result: AcceptResult): Operation {
  if (result.outcome !== 'accepted') throw new Error(`not accepted: ${result.outcome}`);
  return result.operation;
}

interface EngineTarget {
  readonly address: string;
  readonly namespace: string;
  readonly timing: SagaTiming;
  readonly dataConverter?: DataConverter;
}

/** One engine for each timing: it goes into the input of what is started there. */
export function createEngines({ address, namespace, timing, dataConverter }: EngineTarget) {
  const engines = new Map<string, ReturnType<typeof createTemporalEngine>>();
  const engineWith = (over: Partial<SagaTiming>) => {
    const key = JSON.stringify(over);
    const known = engines.get(key);
    if (known !== undefined) return known;
    const made = createTemporalEngine({
      ...{ address, namespace, timing: { ...timing, ...over } },
      ...{ tls: false, apiKey: undefined, ...(dataConverter && { dataConverter }) },
    });
    engines.set(key, made);
    return made;
  };
  return {
    engine: engineWith({}),
    startOn:
      (api: PostgresStore): Start =>
      (operation, over = {}) =>
        startSaga({ ...api, engine: engineWith(over) }, operation),
    close: async () => {
      for (const each of engines.values()) await each.close();
    },
  };
}
