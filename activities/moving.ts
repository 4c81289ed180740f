import type { Isolation } from '../domain/isolation.ts';
import { moveInputOf, moveTenant, rebindLatecomers } from '../domain/moving.ts';
import type { Call } from '../ports/call.ts';
import type { OperationStore } from '../ports/registry-store.ts';
import {
  closeOther,
  prepareTarget,
  removeOther,
  settleMembers,
  welcomeMembers,
} from '../registry/move-tenant.ts';
import type { MovePorts } from '../registry/move-tenant.ts';
import type { MovingActivities } from '../workflows/move-tenant/contract.ts';
import type { SagaRef } from '../workflows/shared/contract.ts';
import { attempt } from './attempt.ts';
import type { Report } from './attempt.ts';
import { callOf } from './call.ts';
import { commitFacts } from './commit.ts';
import type { CommitPorts } from './commit.ts';
import { readOperation } from './operation.ts';

export interface MovingPorts extends CommitPorts, MovePorts {
  readonly operations: Pick<OperationStore, 'findOperation'>;
  readonly report: Report;
}

export function createMovingActivities(ports: MovingPorts): MovingActivities {
  const step = <T>(ref: SagaRef, work: (asked: Asked) => Promise<T>) =>
    attempt(ports.report, async (signal) => {
      const { actor, input } = await readOperation(ports.operations, ref);
      return work({ actor, to: moveInputOf(input).to, call: callOf(ports, ref, signal) });
    });
  return {
    prepareTarget: (ref) => step(ref, ({ to, call }) => prepareTarget(ports, to, call)),
    removeTarget: (ref) => step(ref, ({ call }) => removeOther(ports, call)),
    commitMove: (ref, { atMs, from, issuer, subs }) =>
      step(ref, ({ actor, to }) =>
        commitFacts(ports, {
          ...{ ...ref, step: 'commit', actor, atMs },
          // Who works on the tenant now would not know in which of two places.
          releaseLock: false,
          ...{ rule: moveTenant, command: { to, from, issuer, subs } },
        }),
      ),
    closeSource: (ref) => step(ref, ({ call }) => closeOther(ports, call)),
    settleMembers: (ref, moved) => step(ref, ({ call }) => settleMembers(ports, moved, call)),
    commitLatecomers: (ref, { atMs, from, issuer, subs }) =>
      step(ref, ({ actor }) =>
        commitFacts(ports, {
          ...{ ...ref, step: 'latecomers', actor, atMs },
          // What is left behind concerns nobody but the next move, which waits for it.
          releaseLock: true,
          ...{ rule: rebindLatecomers, command: { from, issuer, subs } },
        }),
      ),
    welcomeMembers: (ref) => step(ref, ({ call }) => welcomeMembers(ports, call)),
    removeSource: (ref) => step(ref, ({ call }) => removeOther(ports, call)),
  };
}

interface Asked {
  readonly actor: string;
  readonly to: Isolation;
  readonly call: Call;
}
