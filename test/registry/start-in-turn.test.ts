import { describe, expect, test } from '@jest/globals';
import { MAX_AT_WORK } from '../../domain/operation.ts';
import type { OperationKind, SagaState } from '../../domain/operation.ts';
import type { Operation } from '../../ports/registry-store.ts';
import { inTurn, mayStartNow } from '../../registry/start-in-turn.ts';

const operation = (tenant: string, at = 0, kind: OperationKind = 'inviteMember'): Operation => ({
  ...{ id: `${tenant}-${at}`, kind, tenant, actor: 'operator', input: {}, state: 'accepted' },
  ...{ reason: null, steps: [], acceptedAtMs: at, endedAtMs: null },
});
const many = (tenant: string, count: number) =>
  Array.from({ length: count }, (_none, at) => operation(tenant, at));

/** A store in which each tenant has so many at work, and those that wait. */
const portsOf = (atWork: Readonly<Record<string, number>> = {}, waiting: Operation[] = []) => ({
  operations: {
    countOperations: async (tenant: string, _kinds: unknown, states: readonly SagaState[]) => {
      const running = states.includes('running') ? (atWork[tenant] ?? 0) : 0;
      const accepted = waiting.filter((each) => each.tenant === tenant).length;
      return running + (states.includes('accepted') ? accepted : 0);
    },
  },
});

const idsOf = (operations: readonly Operation[]) => operations.map(({ id }) => id);

describe('a saga is started at once', () => {
  test('while its tenant has fewer at work than it may, and not from there on', async () => {
    const started = (atWork: number) => {
      const asked = operation('a');
      return mayStartNow(portsOf({ a: atWork }, [asked]), asked);
    };
    expect(await started(MAX_AT_WORK - 1)).toBe(true);
    expect(await started(MAX_AT_WORK)).toBe(false);
  });

  test('unless as many wait: it overtakes none of them', async () => {
    const waiting = many('a', MAX_AT_WORK + 1);
    expect(await mayStartNow(portsOf({}, waiting), operation('a', MAX_AT_WORK))).toBe(false);
  });

  test('whatever others have at work', async () => {
    expect(await mayStartNow(portsOf({ noisy: 1_000 }), operation('a'))).toBe(true);
  });

  test.each<OperationKind>(['freezeTenant', 'changeMembership'])(
    'when nobody asks for it by the thousand: %s waits for no mail',
    async (kind) => {
      expect(await mayStartNow(portsOf({ a: 1_000 }), operation('a', 0, kind))).toBe(true);
    },
  );
});

describe('of those that wait', () => {
  test('each tenant has as many started as it has room for, oldest first', async () => {
    const waiting = [...many('noisy', 100), ...many('a', 2)];
    const turns = await inTurn(portsOf({ a: MAX_AT_WORK - 1 }, waiting), waiting, 0);
    expect(idsOf(turns)).toEqual(['noisy-0', 'noisy-1', 'a-0']);
  });

  test('none is started while as many hang as may be at work, but for a spare one', async () => {
    const ports = portsOf({ a: MAX_AT_WORK + 5 });
    expect(await inTurn(ports, many('a', 3), 0)).toEqual([]);
    expect(idsOf(await inTurn(ports, many('a', 3), 1))).toEqual(['a-0']);
  });

  test('a revocation takes nobody’s room, and is started in any case', async () => {
    const revoked = operation('a', 9, 'changeMembership');
    const ports = portsOf({ a: MAX_AT_WORK - 1 });
    const turns = await inTurn(ports, [...many('a', 2), revoked], 0);
    expect(idsOf(turns).toSorted()).toEqual(['a-0', 'a-9']);
    expect(idsOf(await inTurn(portsOf({ a: 99 }), [revoked], 0))).toEqual(['a-9']);
  });
});
