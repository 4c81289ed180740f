import { randomUUID } from 'node:crypto';
import { appendFileSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { provisionInputOf } from '../../domain/requests.ts';
import type { Mutation } from '../support/sagas/bundle.ts';
import * as guards from '../support/sagas/guards.ts';
import { cellNamed } from './choose.ts';
import { checkSaga, checkWorld } from './invariants/check.ts';
import { tellsNobody } from './invariants/privacy.ts';
import { INVARIANTS } from './invariants/subject.ts';
import type { InvariantName } from './invariants/subject.ts';
import { Prover } from './prover.ts';
import type { Lived } from './prover.ts';
import { STORIES } from './stories.ts';
import { CANARY, provision } from './story.ts';

const WORLD_WITHIN_MS = 400_000;
const TEST_WITHIN_MS = 300_000;

let prover: Prover;
/** A tenant that is there, and one that was taken back. */
let there: Lived;
let gone: Lived;

beforeAll(async () => {
  prover = await Prover.start();
  const refused = { at: 'undo-acceptance', fault: 'lost', place: 'worker' } as const;
  [there, gone] = await Promise.all([
    prover.live({ kind: 'provisionTenant', breaks: [] }),
    prover.live({ kind: 'provisionTenant', breaks: [refused] }),
  ]);
}, WORLD_WITHIN_MS);
afterAll(() => prover.world.close(), WORLD_WITHIN_MS);

/** Breaks one invariant on purpose; gives what mends it. */
type Sabotage = () => Promise<() => unknown>;

interface Control {
  readonly invariant: InvariantName;
  readonly name: string;
  readonly sabotage: Sabotage;
  /** What is looked at; default: the tenant that is there. */
  readonly look?: () => Promise<string[]>;
}

const run = (text: string, ...values: unknown[]) => prover.world.stack.admin.query(text, values);

/** One column of one row, changed and changed back. */
const changing =
  (table: string, column: string, by: unknown, where: string, key: () => string): Sabotage =>
  async () => {
    const { rows } = await run(`select ${column} as was from ${table} where ${where} = $1`, key());
    const write = (value: unknown) =>
      run(`update ${table} set ${column} = $2 where ${where} = $1`, key(), value);
    await write(by);
    const { was } = rows[0] as { was: unknown };
    return () => write(Array.isArray(was) ? JSON.stringify(was) : was);
  };

const registry = () => prover.world.stack.reader.log;
const ownerOf = ({ operation }: Lived) => ({
  owner: { registry: registry(), tenant: operation.tenant, operation: operation.id },
  signal: AbortSignal.timeout(TEST_WITHIN_MS),
});
const theTenant = () => there.operation.tenant;
const theSaga = () => there.operation.id;
const hostOf = ({ operation }: Lived) => provisionInputOf(operation.input);

const CONTROLS: readonly Control[] = [
  {
    invariant: 'I1',
    name: 'a tenant that is there has lost its name',
    sabotage: async () => {
      const { dns } = prover.world.outside();
      await dns.remove(hostOf(there).host, ownerOf(there));
      return () => dns.ensure(hostOf(there).host, ownerOf(there));
    },
  },
  {
    invariant: 'I1',
    name: 'a tenant that was taken back has kept its route',
    look: () => checkSaga(prover.world, gone),
    sabotage: async () => {
      const { routes } = prover.world.outside();
      await routes.ensure(hostOf(gone), ownerOf(gone));
      return () => routes.remove(hostOf(gone).slug, ownerOf(gone));
    },
  },
  {
    invariant: 'I1',
    name: 'an object outside belongs to no tenant',
    look: () => checkWorld(prover.world),
    sabotage: async () => {
      const { databases } = prover.world.outside();
      const owner = { registry: registry(), tenant: randomUUID(), operation: randomUUID() };
      const call = { ...ownerOf(there), owner };
      await databases.ensure(call);
      return () => databases.remove(call);
    },
  },
  {
    invariant: 'I2',
    name: 'the tenant is half there',
    sabotage: changing('tenants', 'state', 'provisioning', 'id', theTenant),
  },
  {
    invariant: 'I2',
    name: 'the saga ended and keeps the lock',
    sabotage: changing('operations', 'holds_lock', true, 'id', theSaga),
  },
  {
    invariant: 'I3',
    name: 'facts stand in the log that nothing committed',
    sabotage: changing('commits', 'facts', '[]', 'operation', theSaga),
  },
  {
    invariant: 'I3',
    name: 'a commit is not audited',
    sabotage: changing('audit', 'operation', randomUUID(), 'tenant', theTenant),
  },
  {
    invariant: 'I4',
    name: 'a fact’s signature is another’s',
    sabotage: changing('facts', 'signature', Buffer.alloc(64), 'id', () => newestFact()),
  },
  {
    invariant: 'I4',
    name: 'a fact was rewritten',
    sabotage: changing('facts', 'payload', Buffer.from('{}'), 'id', () => newestFact()),
  },
  {
    invariant: 'I4',
    name: 'a checkpoint was once served that is none of this log',
    look: () => checkWorld(prover.world),
    sabotage: async () => {
      const { notes } = prover.world.checkpoints;
      const [note = ''] = notes;
      const forged = note.replace(/\n[^\n]{44}\n/, `\n${Buffer.alloc(32).toString('base64')}\n`);
      notes.add(forged);
      return () => notes.delete(forged);
    },
  },
  {
    invariant: 'I5',
    name: 'the data plane lacks a fact',
    sabotage: async () => {
      const { applied } = prover.world.stack.plane;
      const at = applied.findIndex(({ tenant }) => tenant === theTenant());
      const taken = applied.splice(at, 1);
      return () => applied.push(...taken);
    },
  },
  {
    invariant: 'I5',
    name: 'the data plane decides otherwise',
    sabotage: async () => {
      const { plane } = prover.world.stack;
      const can = plane.can.bind(plane);
      plane.can = async (question) => ({ ...(await can(question)), reason: 'member-unknown' });
      return () => (plane.can = can);
    },
  },
  {
    invariant: 'I5',
    name: 'the data plane was sent what it had to refuse',
    sabotage: async () => {
      const { refused } = prover.world.stack.plane;
      refused.push('signature-invalid');
      return () => refused.pop();
    },
  },
  {
    invariant: 'I7',
    name: 'a process has written an address into its log',
    look: () => checkWorld(prover.world),
    sabotage: async () => {
      const file = join(prover.world.stack.folder, 'worker.log');
      const { length } = readFileSync(file);
      appendFileSync(file, `mailed to ${CANARY}@example.test\n`);
      return () => truncateSync(file, length);
    },
  },
  {
    invariant: 'I9',
    name: 'the same request begins anew',
    sabotage: async () => {
      const { request } = there;
      const caller = { actor: 'operator' };
      const other = provision({ world: prover.world, caller }, 'silo');
      Object.assign(there, { request: other });
      return () => Object.assign(there, { request });
    },
  },
];

test('every invariant has a control', () => {
  expect(new Set(CONTROLS.map(({ invariant }) => invariant))).toEqual(new Set(INVARIANTS));
});

let newestId = '';
const newestFact = () => newestId;

test(
  'nothing is found where nothing is wrong',
  async () => {
    expect(await checkSaga(prover.world, there)).toEqual([]);
    expect(await checkSaga(prover.world, gone)).toEqual([]);
    expect(await checkWorld(prover.world)).toEqual([]);
  },
  TEST_WITHIN_MS,
);

describe('it is found that', () => {
  beforeAll(async () => {
    const text = 'select id from facts where tenant = $1 order by seq desc limit 1';
    newestId = (await run(text, theTenant())).rows[0].id as string;
  });

  test.each(CONTROLS)(
    '$invariant: $name',
    async ({ invariant, sabotage, look = () => checkSaga(prover.world, there) }) => {
      const mend = await sabotage();
      try {
        expect(await look()).toContainEqual(expect.stringMatching(new RegExp(`^${invariant}: `)));
      } finally {
        await mend();
      }
    },
    TEST_WITHIN_MS,
  );
});

test(
  'nothing is found once all of that is mended',
  async () => {
    expect(await checkSaga(prover.world, there)).toEqual([]);
    expect(await checkWorld(prover.world)).toEqual([]);
  },
  TEST_WITHIN_MS,
);

test(
  'I7: an input of a saga that holds an address is found in its history, though it is sealed',
  async () => {
    const operation = { ...there.operation, kind: 'freezeTenant' } as const;
    await prover.world.client.workflow.start('freezeTenant', {
      workflowId: `freezeTenant/${operation.id}`,
      taskQueue: 'nobody',
      args: [{ adminEmail: `${CANARY}@example.test` }],
    });
    const found = await tellsNobody(prover.world, { ...there, operation });
    expect(found).toEqual(['the history of the saga holds personal data']);
  },
  TEST_WITHIN_MS,
);

test(
  'a wait in which nothing can be broken passes for nothing only if the saga ended as it must',
  async () => {
    const cell = cellNamed('inviteMember answer: lost at worker');
    const [story] = STORIES.inviteMember;
    const wrong = { ...story, leaves: { ...story.leaves, done: 'frozen' } } as const;
    const [whole, ended] = await Promise.all([prover.prove(cell), prover.prove(cell, wrong)]);
    expect(whole).toMatchObject({ result: 'nothing', findings: [] });
    expect(ended).toMatchObject({
      result: 'broken',
      findings: ['I2: the tenant is active, not frozen'],
    });
  },
  TEST_WITHIN_MS,
);

/** The rules of DESIGN 5, each switched off in the sagas; and where the matrix must find it. */
const MUTANTS: readonly { rule: string; mutation: Mutation; cell: string }[] = [
  {
    rule: 'the compensation is registered before its step',
    mutation: guards.COMPENSATION_AFTER_STEP,
    cell: 'provisionTenant route: reply-lost at own',
  },
  {
    rule: 'an unknown outcome is undone once more after the settle time',
    mutation: guards.ONE_UNDO_FOR_THE_UNKNOWN,
    cell: 'provisionTenant route: late at own',
  },
  {
    rule: 'a step that succeeded again is not forgotten to have been tried before',
    mutation: guards.EARLIER_ATTEMPTS_FORGOTTEN,
    cell: 'provisionTenant route: late at worker',
  },
];

describe('the matrix finds a saga library without the rule that', () => {
  beforeAll(async () => {
    const whole = await Promise.all(MUTANTS.map(({ cell }) => prover.prove(cellNamed(cell))));
    expect(whole.flatMap(({ findings }) => findings)).toEqual([]);
  }, TEST_WITHIN_MS);

  test.each(MUTANTS)(
    '$rule',
    async ({ mutation, cell }) => {
      const { commander, stack } = prover.world;
      commander.mutation = mutation;
      await stack.worker.restart();
      const { findings } = await prover.prove(cellNamed(cell));
      expect(findings).toContainEqual(expect.stringMatching(/^I1: failed tenant .* in route/));
    },
    TEST_WITHIN_MS,
  );
});
