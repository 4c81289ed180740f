import { setTimeout as sleep } from 'node:timers/promises';
import { RegistryClient } from '../tools/demo/registry-client.ts';
import type { SagaAnswer } from '../tools/demo/registry-client.ts';
import type { Progress } from '../tools/servers/progress.ts';
import { atOnce, perSecond } from './batch.ts';
import type { MailSink } from './mail-sink.ts';
import { shareRow, valueRow } from './row.ts';
import type { Row } from './row.ts';
import { ActiveTenants, rowsOf } from './saga-living.ts';
import { withSagaWorld } from './saga-world.ts';
import type { SagaWorld } from './saga-world.ts';

/**
 * Each asks for one invitation after the other: more are refused when so many are pending, or when
 * one asks for over ten a second.
 */
const TENANTS = 100;
const BARE_AT_ONCE = 200;
const LOOK_EVERY_MS = 20;
/** When none has come for so long, the others are lost. */
const PATIENCE_MS = 30_000;
const RATE_BOUND = 0.3;

/** Milliseconds from the first request on; of one that did not come, nothing. */
export interface Burst {
  readonly invitations: number;
  readonly acceptedMs: number;
  readonly mailedMs: number;
  readonly mailed: number;
  /** Whose fact is in the log. */
  readonly signed: number;
}

/**
 * Many invitations, as many of each tenant, by the API: how fast they are accepted, when the last
 * mail is out, and what is missing then. Its baseline is bare workflows of as many activities as an
 * invitation has steps until it is mailed.
 */
export function benchBurst(progress: Progress, invitations: number): Promise<Row[]> {
  return withSagaWorld(progress, (world) => benchInviting(world, invitations));
}

async function benchInviting(world: SagaWorld, invitations: number): Promise<Row[]> {
  const made = await new ActiveTenants(world).take(TENANTS);
  const activities = rowsOf('inviteMember').findIndex(({ waits }) => waits === true);
  const bare = await atOnce(Array<number>(BARE_AT_ONCE).fill(activities), world.bare);
  const what = `${invitations.toLocaleString('en')} invitations by ${TENANTS} tenants`;
  const burst = await world.progress(what, () =>
    invite(
      world,
      made.map(({ tenant }) => tenant),
      invitations,
    ),
  );
  return toRows(what, burst, perSecond(bare));
}

export function toRows(what: string, burst: Burst, barePerSecond: number): Row[] {
  const { invitations, acceptedMs, mailedMs, mailed, signed } = burst;
  const ratePerSecond = (ms: number) => invitations / (ms / 1_000);
  const lost = invitations - Math.min(mailed, signed);
  return [
    shareRow(`${what}, accepted`, ratePerSecond(acceptedMs), barePerSecond, null),
    shareRow(`${what}, mailed`, ratePerSecond(mailedMs), barePerSecond, RATE_BOUND),
    valueRow(`${what}, until the last mail`, 'ms', mailedMs, null),
    valueRow(`${what}, neither mailed nor signed`, 'lost', lost, 0),
  ];
}

async function invite(
  { stack, mails, database }: SagaWorld,
  tenants: readonly string[],
  invitations: number,
): Promise<Burst> {
  const client = new RegistryClient(stack.api.url, stack.operatorToken);
  const startedMs = performance.now();
  const asked = new Map<string, string>();
  const numbers = Array(invitations).keys();
  const inviteAll = async (tenant: string) => {
    for (const at of numbers) {
      const email = `burst-${at}@bench.test`;
      const body = { email, roles: ['org-member'] };
      const path = `/v1/tenants/${tenant}/invitations`;
      const { saga } = await client.call<{ saga: SagaAnswer }>('POST', path, body);
      asked.set(email, saga.id);
    }
  };
  const { allMs: acceptedMs } = await atOnce(tenants, inviteAll);
  const mailedAtMs = await arrivals(mails, [...asked.keys()]);
  return {
    ...{ invitations, acceptedMs, mailed: mailedAtMs.length },
    mailedMs: Math.max(...mailedAtMs) - startedMs,
    signed: await countSigned(database, [...asked.values()]),
  };
}

/** When the mails to these addresses came; of those that do not come, nothing. */
async function arrivals({ arrivedAtMs }: MailSink, addresses: readonly string[]) {
  const find = () => addresses.flatMap((address) => arrivedAtMs.get(address) ?? []);
  let [found, newestMs] = [find(), performance.now()];
  while (found.length < addresses.length && performance.now() - newestMs < PATIENCE_MS) {
    await sleep(LOOK_EVERY_MS);
    const now = find();
    if (now.length > found.length) newestMs = performance.now();
    found = now;
  }
  return found;
}

/** Operations whose facts are all in the log. */
async function countSigned(
  database: SagaWorld['database'],
  operations: readonly string[],
): Promise<number> {
  const { rowCount } = await database.query(
    `select commits.operation
     from commits cross join jsonb_array_elements(commits.facts) as fact
       left join facts on facts.id = (fact ->> 'id')::uuid
     where commits.operation = any($1)
     group by commits.operation having count(*) = count(facts.id)`,
    [operations],
  );
  return rowCount ?? 0;
}
