import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { OPERATION_KINDS } from '../../domain/operation.ts';
import { provisionInputOf } from '../../domain/requests.ts';
import { eventually } from '../support/eventually.ts';
import { filesTellNobody, tellsNobody } from './invariants/privacy.ts';
import { Prover } from './prover.ts';
import type { Lived } from './prover.ts';
import { STORIES } from './stories.ts';
import { CANARY } from './story.ts';

const WORLD_WITHIN_MS = 180_000;
const SAGAS_WITHIN_MS = 240_000;
const SEEN_WITHIN_MS = 20_000;
/** Nobody polls it: what is started there waits, and stands in Temporal's database. */
const NOBODYS_QUEUE = 'nobody';

/* I7, of every saga there is: what was planted in its tenant's addresses, names and secrets. */
describe.each([
  ['sealed', true],
  ['plain', false],
])('with payloads %s', (_name, seals) => {
  let prover: Prover;
  const lived: Lived[] = [];
  const made = () => lived.filter(({ operation }) => operation.kind === 'provisionTenant');

  beforeAll(async () => {
    prover = await Prover.start(undefined, seals);
  }, WORLD_WITHIN_MS);
  afterAll(() => prover.world.close(), WORLD_WITHIN_MS);

  test(
    'every saga runs, and one is refused and taken back',
    async () => {
      for (const kind of OPERATION_KINDS)
        for (const story of STORIES[kind])
          lived.push(await prover.live({ kind, breaks: [] }, story));
      const refused = { at: 'undo-acceptance', fault: 'lost', place: 'worker' } as const;
      lived.push(await prover.live({ kind: 'provisionTenant', breaks: [refused] }));
      const states = new Set(lived.map(({ operation }) => operation.state));
      expect(states).toEqual(new Set(['done', 'unwound']));
    },
    SAGAS_WITHIN_MS,
  );

  test('neither histories nor facts hold what was planted', async () => {
    for (const subject of lived) expect(await tellsNobody(prover.world, subject)).toEqual([]);
  });

  test('neither Temporal’s database, nor NATS’s store, nor any log holds what was planted', async () => {
    expect(await filesTellNobody(prover.world)).toEqual([]);
  });

  test(`the words of a failure are ${seals ? 'sealed' : 'readable'}`, async () => {
    const unwound = lived.find(({ operation }) => operation.state === 'unwound') as Lived;
    const { handle } = prover.world;
    const text = historyToJSON(await handle(unwound.operation).fetchHistory());
    expect(text.includes('Encoded failure')).toBe(seals);
  });

  test(`a tenant’s slug ${seals ? 'does not stand' : 'stands'} in Temporal’s database`, () => {
    const folder = join(prover.world.stack.folder, 'temporal');
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
    expect(made().length).toBeGreaterThan(0);
    for (const { operation } of made()) {
      const { slug } = provisionInputOf(operation.input);
      expect(files.some((bytes) => bytes.includes(slug))).toBe(seals ? false : true);
    }
  });

  /* Last: from here on the files are no longer clean. */
  test(
    seals
      ? 'a saga that leaks on purpose tells nobody: the second wall stands'
      : 'negative control: a saga that leaks on purpose is found',
    async () => {
      const [{ operation }] = made() as [Lived];
      const { client } = prover.world;
      await client.workflow.start('provisionTenant', {
        ...{ workflowId: `leakOnPurpose/${operation.id}`, taskQueue: NOBODYS_QUEUE },
        args: [{ operation: randomUUID(), adminEmail: `${CANARY}@leak.test` }],
        staticSummary: `Provision ${CANARY}`,
      });
      const leaks = () => filesTellNobody(prover.world);
      if (seals) expect(await leaks()).toEqual([]);
      else
        await eventually(async () => expect(await leaks()).not.toEqual([]), {
          ...{ withinMs: SEEN_WITHIN_MS, what: 'the leak' },
        });
    },
    SAGAS_WITHIN_MS,
  );
});
