import pg from 'pg';
import type { Stack } from '../stack/stack.ts';
import type { AppliedNotice, Burst, ExpectedAnswer } from './plane-messages.ts';
import type { PlaneProcess } from './plane-process.ts';
import { RegistryClient } from './registry-client.ts';
import type { MemberAnswer, SagaAnswer } from './registry-client.ts';

const SLUG = 'acme';
const OWNER = 'org-owner';
const DEPLOYER = 'org-deployer';
const PERMISSION = 'project:deploy';
/** Role changes that are timed, half of them a revocation. */
const ROLE_CHANGES = 20;
const DECISIONS = 1_000_000;

export interface Result {
  readonly tenant: { id: string; slug: string; status: string };
  readonly saga: { id: string; steps: { name: string; ms: number | null }[] };
  readonly facts: { committed: number; applied: number };
  readonly appliedMs: { p50: number; p99: number };
  readonly afterKill: { decisions: number; wrong: number; p99Us: number };
}

type Say = (line: string) => void;

/** The whole story: provision, verify, change a role, kill the registry, go on deciding. */
export async function runScenario(stack: Stack, plane: PlaneProcess, say: Say): Promise<Result> {
  const client = new RegistryClient(stack.api.url, stack.operatorToken);
  const saga = await provision(client, say);
  const admin = await adminOf(client, saga.tenant);
  await showFacts(stack, plane, saga.tenant, say);
  await changeRoles(client, plane, admin, saga.tenant, say);
  const latencies = await commitToAppliedMs(stack, plane);
  const tenant = await client.call<{ id: string; slug: string; state: string }>(
    'GET',
    `/v1/tenants/${saga.tenant}`,
  );
  const committed = await countCommitted(stack);
  const burst = await decideAlone(stack, plane, admin, saga.tenant, say);
  return {
    tenant: { id: tenant.id, slug: tenant.slug, status: tenant.state },
    saga: { id: saga.id, steps: saga.steps.map(({ name, ms }) => ({ name, ms })) },
    facts: { committed, applied: plane.verified },
    appliedMs: { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) },
    afterKill: { decisions: burst.decisions, wrong: burst.wrong, p99Us: round(burst.p99Us) },
  };
}

async function provision(client: RegistryClient, say: Say): Promise<SagaAnswer> {
  say(`\nProvisioning ${SLUG}: one API call, one saga`);
  const body = { slug: SLUG, displayName: 'Acme', isolation: 'silo', plan: 'team' };
  const { saga } = await client.call<{ saga: SagaAnswer }>('POST', '/v1/tenants', {
    ...body,
    admin: { email: 'ada@acme.example' },
  });
  const done = await client.follow(saga.id, ({ name, ms }) =>
    say(`  ✓ ${name.padEnd(14)} ${String(ms ?? '?').padStart(5)} ms`),
  );
  if (done.inviteLink !== undefined) say(`  the first admin's invitation: ${done.inviteLink}`);
  return done;
}

async function adminOf(client: RegistryClient, tenant: string) {
  const { members } = await client.call<{ members: MemberAnswer[] }>(
    'GET',
    `/v1/tenants/${tenant}/members`,
  );
  const [admin] = members;
  if (admin?.identity == null) throw new Error('the tenant has no admin with an identity');
  return { id: admin.id, identity: admin.identity };
}

type Admin = Awaited<ReturnType<typeof adminOf>>;

async function showFacts(stack: Stack, plane: PlaneProcess, tenant: string, say: Say) {
  const committed = await countCommitted(stack);
  await plane.until(() => plane.verified >= committed);
  say(`\nThe data plane, another process, verified ${plane.verified} facts; of ${SLUG}:`);
  for (const fact of plane.applied.filter((candidate) => candidate.tenant === tenant))
    say(`  ${String(fact.seq).padStart(3)}  ${fact.op} ${fact.kind} ${fact.subject}`);
}

/** Gives and takes a role again and again; the plane's answer must follow each time. */
async function changeRoles(
  client: RegistryClient,
  plane: PlaneProcess,
  admin: Admin,
  tenant: string,
  say: Say,
): Promise<void> {
  const question = { identity: admin.identity, permission: PERMISSION, tenant };
  const ask = async () => {
    const { allowed, reason } = await plane.can(question);
    return `${allowed ? 'yes' : 'no'} (${reason})`;
  };
  say(`\nMay the admin ${PERMISSION}? ${await ask()}`);
  for (let change = 1; change <= ROLE_CHANGES; change += 1) {
    const gives = change % 2 === 1;
    const seen = plane.applied.length;
    const { saga } = await client.call<{ saga: SagaAnswer }>(
      'PATCH',
      `/v1/tenants/${tenant}/members/${admin.id}`,
      { roles: gives ? [OWNER, DEPLOYER] : [OWNER] },
    );
    await client.follow(saga.id);
    await plane.until(() => plane.applied.length > seen);
    if ((await plane.can(question)).allowed !== gives)
      throw new Error('the decision did not follow the role');
    if (change <= 2) say(`  role ${gives ? 'given' : 'taken'}: ${await ask()}`);
  }
  say(`  … ${ROLE_CHANGES} times: each decision followed its fact`);
}

/** SIGKILL to all of the registry, Temporal and NATS; then a million questions. */
async function decideAlone(
  stack: Stack,
  plane: PlaneProcess,
  admin: Admin,
  tenant: string,
  say: Say,
): Promise<Burst> {
  say('\nKilling the registry (API, worker, sequencer), Temporal and NATS');
  const { api, worker, sequencer, temporal, nats } = stack;
  await Promise.all([api, worker, sequencer, temporal, nats].map((it) => it.kill('SIGKILL')));
  const { identity } = admin;
  const stranger = { ...identity, sub: 'stranger' };
  const other = '00000000-0000-0000-0000-0000000000ff';
  const expected: ExpectedAnswer[] = [
    { identity, permission: 'tenant:update', tenant, allowed: true },
    { identity, permission: PERMISSION, tenant, allowed: false },
    { identity: stranger, permission: 'tenant:read', tenant, allowed: false },
    { identity, permission: 'tenant:read', tenant: other, allowed: false },
  ];
  const burst = await plane.burst(DECISIONS, expected);
  const { decisions, wrong, p99Us, freshness } = burst;
  say(`  ${decisions} decisions, ${wrong} wrong, p99 ${round(p99Us)} us; facts are ${freshness}`);
  return burst;
}

/** Postgres notes the time of each commit itself (`track_commit_timestamp`). */
async function commitToAppliedMs(stack: Stack, plane: PlaneProcess): Promise<number[]> {
  const rows = await query<{ at: string; facts: { id: string }[] }>(
    stack,
    `select extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000 as at, facts from commits
     where tenant <> '00000000-0000-0000-0000-000000000000'`,
  );
  const committedAtMs = new Map(rows.flatMap(({ at, facts }) => facts.map(({ id }) => [id, +at])));
  const tookMs = ({ id, appliedAtMs }: AppliedNotice) => {
    const at = committedAtMs.get(id);
    return at === undefined ? [] : [appliedAtMs - at];
  };
  return plane.applied.flatMap(tookMs).sort((a, b) => a - b);
}

async function countCommitted(stack: Stack): Promise<number> {
  const sum = 'select coalesce(sum(jsonb_array_length(facts)), 0) as facts from commits';
  const [row] = await query<{ facts: string }>(stack, sum);
  return Number(row?.facts);
}

async function query<R extends pg.QueryResultRow>(stack: Stack, sql: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
  try {
    return (await client.query<R>(sql)).rows;
  } finally {
    await client.end();
  }
}

function quantile(sorted: readonly number[], q: number): number {
  return round(sorted[Math.ceil(sorted.length * q) - 1] ?? Number.NaN);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
