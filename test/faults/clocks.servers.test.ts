import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Clock } from '../../ports/clock.ts';
import { parsePayload } from '../../facts/core/payload.ts';
import { createActivities } from '../../workers/saga-activities.ts';
import { runStarter } from '../../workers/starter.ts';
import { acceptInZone } from '../support/faults/accept-in-zone.ts';
import * as real from '../support/faults/real-outside.ts';
import { switchable } from '../support/faults/switchable.ts';
import { LINKS, memoryOutside } from '../support/saga-outside.ts';
import { createWorld, LOG, type Activities, type World } from '../support/saga-world.ts';
import { expectCleanSlate } from '../support/sagas/clean-slate.ts';

const HOUR_MS = 3_600_000;
const SETUP_WITHIN_MS = 400_000;
/** The saga's own time stands between acceptance and end. */
const SLACK_MS = 60_000;

const outside = switchable(memoryOutside());
let skewMs = 0;
/** The machine of API and worker; the servers' own clocks are right. */
const clock: Clock = { nowMs: () => Date.now() + skewMs };
let shifted: Activities | undefined;
let world: World;
beforeAll(async () => {
  world = await createWorld({
    outside: outside.ports,
    decorate: (activities) => followed(() => shifted ?? activities, Object.keys(activities)),
  });
  const { store, report, doctor, leaving } = world;
  const probeStore = () => store.probe.probe();
  shifted = createActivities({
    ...{ ...store, ...outside.ports, ...doctor, ...leaving, ...LINKS },
    ...{ clock, probeStore, log: LOG, report },
  });
}, SETUP_WITHIN_MS);
afterAll(() => world.close());

describe.each([
  ['ahead', HOUR_MS],
  ['behind', -HOUR_MS],
])('a machine whose clock is an hour %s', (_, skew) => {
  test('provisions: times are told, nothing is decided by them', async () => {
    skewMs = skew;
    const operation = await acceptInZone(world, {}, clock);
    expect(Math.abs(operation.acceptedAtMs - skew - Date.now())).toBeLessThan(SLACK_MS);
    await world.start(operation);
    const { state, endedAtMs } = await world.ended(operation);
    expect(state).toBe('done');
    expect(Math.abs((endedAtMs ?? 0) - skew - Date.now())).toBeLessThan(SLACK_MS);
    await expectCleanSlate(world, { tenants: [operation.tenant] });
    const { rows } = await world.database.admin.query<{ payload: Buffer }>(
      'select payload from facts where tenant = $1 order by seq',
      [operation.tenant],
    );
    // Temporal's clock dates the commit: all facts of it alike, whatever machine writes them.
    const instants = rows.map(({ payload }) => Date.parse(parsePayload(payload).at));
    expect(new Set(instants).size).toBe(1);
    expect(Math.abs((instants[0] ?? 0) - Date.now())).toBeLessThan(SLACK_MS);
  });

  test('has its accepted and unstarted sagas started as others', async () => {
    skewMs = skew;
    const operation = await acceptInZone(world, {}, clock);
    const closing = new AbortController();
    const { store, engine, report } = world;
    const starting = runStarter({ ...store, engine, report }, closing.signal);
    expect((await world.ended(operation)).state).toBe('done');
    closing.abort();
    await starting;
    await expectCleanSlate(world, { tenants: [operation.tenant] });
  });

  test('is refused by TSIG, parks, and goes on when its clock is set', async () => {
    skewMs = skew;
    const knot = await real.realKnot();
    outside.use({ dns: knot.dns({ clock }) });
    const operation = await acceptInZone(world, {}, clock);
    await world.start(operation);
    const { reason } = await world.reached(operation, ['parked']);
    expect(reason).toMatchObject({ step: 'dns', code: 'dns.forbidden' });
    skewMs = 0;
    expect((await world.ended(operation)).state).toBe('done');
    await expectCleanSlate(world, { tenants: [operation.tenant] });
    outside.use({});
  });
});

/** The worker takes its activities before their clock can be given to them. */
function followed(find: () => Activities, names: readonly string[]): Activities {
  const calls = names.map((name) => [
    name,
    (...args: unknown[]): unknown => Reflect.apply(Reflect.get(find(), name), undefined, args),
  ]);
  return Object.fromEntries(calls) as Activities;
}
