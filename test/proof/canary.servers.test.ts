import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { OPERATION_KINDS } from '../../domain/operation.ts';
import { provisionInputOf } from '../../domain/requests.ts';
import { INVITATIONS_PATH } from '../../domain/invitation-mail.ts';
import { formatInvitationToken } from '../../registry/invitation-token.ts';
import type { SagaAnswer } from '../../tools/demo/registry-client.ts';
import { eventually } from '../support/eventually.ts';
import { filesOf, filesTellNobody, tellsNobody } from './invariants/privacy.ts';
import { Prover } from './prover.ts';
import type { Lived } from './prover.ts';
import { STORIES } from './stories.ts';
import { CANARY } from './story.ts';

const SAGAS_WITHIN_MS = 240_000;
const TEST_WITHIN_MS = 300_000;
const SEEN_WITHIN_MS = 20_000;
/** Nobody polls it: what is started there waits, and stands in Temporal's database. */
const NOBODYS_QUEUE = 'nobody';

interface Mode {
  readonly name: 'sealed' | 'plain';
  readonly seals: boolean;
}
const MODES: readonly Mode[] = [
  { name: 'sealed', seals: true },
  { name: 'plain', seals: false },
];

interface Past {
  readonly prover: Prover;
  readonly lived: readonly Lived[];
}
const pasts = new Map<Mode, Past>();

/** Every story of every saga there is, and one that is refused and taken back, all at once. */
beforeAll(async () => {
  const refused = { at: 'undo-acceptance', fault: 'lost', place: 'worker' } as const;
  await Promise.all(
    MODES.map(async (mode) => {
      const prover = await Prover.start(undefined, mode.seals);
      const live = OPERATION_KINDS.flatMap((kind) =>
        STORIES[kind].map((story) => prover.live({ kind, breaks: [] }, story)),
      );
      live.push(prover.live({ kind: 'provisionTenant', breaks: [refused] }));
      pasts.set(mode, { prover, lived: await Promise.all(live) });
    }),
  );
}, SAGAS_WITHIN_MS);
afterAll(async () => {
  await Promise.all([...pasts.values()].map(({ prover }) => prover.world.close()));
}, TEST_WITHIN_MS);

/* I7, of every saga there is: what was planted in its tenant's addresses, names and secrets. */
describe.each(MODES)('with payloads $name', (mode) => {
  const past = () => pasts.get(mode) as Past;
  const of = (kind: string) => past().lived.filter(({ operation }) => operation.kind === kind);
  const tokens = () =>
    of('inviteMember').map(({ operation: { tenant, id } }) =>
      formatInvitationToken(tenant, past().prover.world.tokens.secretOf(tenant, id, 1)),
    );
  const temporal = () => filesOf(join(past().prover.world.stack.folder, 'temporal'));
  const inTemporal = (text: string) => temporal().some((file) => readFileSync(file).includes(text));

  test('every saga ran, and one was taken back', () => {
    expect(new Set(past().lived.map(({ operation }) => operation.kind))).toEqual(
      new Set(OPERATION_KINDS),
    );
    const states = past().lived.map(({ operation }) => operation.state);
    expect(states.filter((state) => state === 'unwound')).toHaveLength(1);
    expect(new Set(states)).toEqual(new Set(['done', 'unwound']));
  });

  test('the API was asked with it too: rightly, wrongly, and by an invitation’s link', async () => {
    const { client, api, folder } = past().prover.world.stack;
    const slug = `t-${randomUUID().slice(0, 13)}`;
    const admin = { email: `${CANARY}@${slug}.test` };
    const body = { ...{ slug, admin }, displayName: `Acme ${CANARY}`, isolation: 'pool' };
    const { saga } = await client.call<{ saga: SagaAnswer }>('POST', '/v1/tenants', body);
    await client.follow(saga.id);
    const wrong = { ...body, slug: CANARY.toUpperCase(), admin: { email: `${CANARY} at home` } };
    await expect(client.call('POST', '/v1/tenants', wrong)).rejects.toThrow('POST /v1/tenants: 4');
    for (const token of tokens()) await fetch(`${api.url}${INVITATIONS_PATH}/${token}`);
    expect(readFileSync(join(folder, 'api.log'), 'utf8')).toContain('/v1/tenants');
  });

  test('neither histories nor facts hold what was planted', async () => {
    for (const subject of past().lived)
      expect(await tellsNobody(past().prover.world, subject)).toEqual([]);
  });

  test('neither Temporal’s database, nor NATS’s store, nor any log holds what was planted', async () => {
    expect(await filesTellNobody(past().prover.world)).toEqual([]);
  });

  test('nor the token that an invitation was mailed with', async () => {
    expect(tokens().length).toBeGreaterThan(0);
    for (const token of tokens())
      expect(await filesTellNobody(past().prover.world, token)).toEqual([]);
  });

  test(`the words of a failure are ${mode.seals ? 'sealed' : 'readable'}`, async () => {
    const unwound = past().lived.find(({ operation }) => operation.state === 'unwound') as Lived;
    const history = await past().prover.world.handle(unwound.operation).fetchHistory();
    expect(historyToJSON(history).includes('Encoded failure')).toBe(mode.seals);
  });

  test(`a tenant’s slug ${mode.seals ? 'does not stand' : 'stands'} in Temporal’s database`, () => {
    const slugs = of('provisionTenant').map(({ operation }) => provisionInputOf(operation.input));
    expect(slugs.length).toBeGreaterThan(0);
    for (const { slug } of slugs) expect(inTemporal(slug)).toBe(!mode.seals);
  });

  /* Last: from here on the files are no longer clean. */
  test(
    mode.seals
      ? 'a saga that leaks on purpose tells nobody: the second wall stands'
      : 'negative control: a saga that leaks on purpose is found',
    async () => {
      const [{ operation }] = of('provisionTenant') as [Lived];
      const { world } = past().prover;
      const workflowId = `leakOnPurpose/${operation.id}`;
      await world.client.workflow.start('provisionTenant', {
        ...{ workflowId, taskQueue: NOBODYS_QUEUE },
        args: [{ operation: randomUUID(), adminEmail: `${CANARY}@leak.test` }],
        staticSummary: `Provision ${CANARY}`,
      });
      await eventually(async () => expect(inTemporal(workflowId)).toBe(true), {
        ...{ withinMs: SEEN_WITHIN_MS, what: 'the saga in Temporal’s database' },
      });
      const leaks = await filesTellNobody(world);
      if (mode.seals) expect(leaks).toEqual([]);
      else expect(leaks).not.toEqual([]);
    },
    TEST_WITHIN_MS,
  );
});
