import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { get, start } from '../../tools/servers/nats.ts';
import type { NatsServer } from '../../tools/servers/nats.ts';
import { quiet } from '../../tools/servers/progress.ts';
import type { Finding } from './conformance/findings.ts';
import { HOSTILE_SNAPSHOTS, stolenSnapshot } from './conformance/hostile-snapshots.ts';
import { KIT_NAMES, startKits } from './conformance/kits.ts';
import type { Kit, RunningKits } from './conformance/kits.ts';
import { liar } from './conformance/liar.ts';
import { playMutants } from './conformance/play-mutants.ts';
import { HEAL_WITHIN_MS, playRelay } from './conformance/play-relay.ts';
import { playVectors } from './conformance/play-vectors.ts';
import { THIEF } from './conformance/true-log.ts';

// All kits at once, each started once: what they say to the same bytes is compared.
const BUILD_TIMEOUT_MS = 10 * 60_000;
const MUTANTS = 3_000;
const MUTANTS_TIMEOUT_MS = 5 * 60_000;
const ROUNDS = 3;
const RELAY_TIMEOUT_MS = (ROUNDS + 1) * HEAL_WITHIN_MS;

/** Another one each day: `npm run conformance -- --mutants 3000 --seed N` plays the same again. */
const seed = Number(new Date().toISOString().slice(0, 10).replaceAll('-', ''));

let nats: NatsServer;
let running: RunningKits;
let kits: Kit[];

beforeAll(async () => {
  nats = await start({ paths: await get(quiet) });
  running = await startKits(quiet);
  ({ kits } = running);
  process.stdout.write(`conformance: seed ${seed}\n`);
}, BUILD_TIMEOUT_MS);

afterAll(async () => {
  await running?.end();
  await nats?.stop();
});

/** The kits, the last of which lies. */
const withLiar = (lie: (answer: object, request: object) => object): Kit[] => {
  const last = kits.at(-1)!;
  const lying = liar(last, (answer, request) => lie(answer as object, request));
  return [...kits.slice(0, -1), lying];
};

/** Whole ones fill screens: `npm run conformance` writes them down. */
const told = (findings: readonly Finding[]): string[] =>
  findings.map(({ what, where }) => `${what}: ${where}`);

describe('vectors', () => {
  test('all kits answer all of them as the specification says', async () => {
    const { findings, groups } = await playVectors(kits);
    expect(told(findings)).toEqual([]);
    expect(groups.size).toBeGreaterThan(10);
    expect(groups.get('ed25519 (wycheproof)')?.vectors).toBe(151);
    expect(groups.get('ed25519 (speccheck)')?.vectors).toBe(12);
    for (const { vectors, passed } of groups.values()) {
      expect(passed).toEqual(Object.fromEntries(KIT_NAMES.map((name) => [name, vectors])));
    }
  });

  test('one answer that is flipped is found', async () => {
    const lying = withLiar((answer, request) =>
      'name' in request && request.name === 'ed25519-honest' ? { holds: false } : answer,
    );
    const { findings } = await playVectors(lying);
    expect(findings.map(({ where }) => where)).toEqual(['ed25519-honest']);
  });
});

describe('mutants of valid vectors', () => {
  test(
    'none is accepted, and all kits say the same',
    async () => {
      const report = await playMutants(kits, { seed, mutants: MUTANTS });
      const { findings, ...counts } = report;
      process.stdout.write(`conformance: mutants ${JSON.stringify(counts)}\n`);
      expect(told(findings)).toEqual([]);
      expect(counts.played).toBe(MUTANTS);
      expect(counts.signed).toBeGreaterThan(0);
    },
    MUTANTS_TIMEOUT_MS,
  );

  test('a kit that takes one of them is found', async () => {
    let lies = 0;
    const lying = withLiar((answer) => {
      if (lies > 0 || !('holds' in answer) || answer.holds === true) return answer;
      lies += 1;
      return { holds: true };
    });
    const { findings } = await playMutants(lying, { seed, mutants: 1_024 });
    expect(told(findings)).toHaveLength(1);
  });

  test('what all kits take alike is found too', async () => {
    const taken = kits.map((kit) =>
      liar(kit, (answer) => ('holds' in (answer as object) ? { holds: true } : answer)),
    );
    const { findings } = await playMutants(taken, { seed, mutants: 1_024 });
    expect(new Set(findings.map(({ what }) => what))).toEqual(new Set(['accepted']));
  });
});

test('a key that all kits refuse although it holds is found', async () => {
  const refusing = kits.map((kit) =>
    liar(kit, (answer, request) => {
      const { vector } = request as { vector?: { check?: string } };
      return vector?.check === 'api-key' ? { code: 'api-key-malformed' } : answer;
    }),
  );
  const { findings } = await playMutants(refusing, { seed, mutants: 1_024 });
  expect(new Set(findings.map(({ what }) => what))).toEqual(new Set(['refused']));
});

describe('a hostile relay on the stream, and hostile snapshots', () => {
  test(
    'leave no trace: after them every kit is as a replay of the true log',
    async () => {
      const report = await playRelay(kits, nats.url, { seed, rounds: ROUNDS, changes: 40 });
      process.stdout.write(`conformance: relay ${JSON.stringify(report)}\n`);
      expect(report.healedAfterMs).toHaveLength(ROUNDS);
      for (const name of KIT_NAMES) {
        // The true one and the older one.
        expect(report.resting[name]).toBeGreaterThanOrEqual(2);
        expect(report.refused[name]).toMatchObject({
          'state-node-malformed': expect.any(Number),
          'note-key-unknown': expect.any(Number),
          'heartbeat-replay': expect.any(Number),
        });
      }
    },
    RELAY_TIMEOUT_MS,
  );

  const limits = { seed, rounds: 1, changes: 1, withinMs: 2_000 };

  test.each([
    ['decides', 'can', { sub: THIEF.sub }, { allowed: true }],
    ['explains', 'explain', {}, { because: [] }],
    ['knows API keys', 'apiKey', { key: THIEF.apiKey }, { allowed: true }],
  ])('a kit that %s otherwise is found', async (_, op, asked, lie) => {
    const wanted = Object.entries({ op, ...asked });
    const lying = withLiar((answer, request) => {
      const given: Record<string, unknown> = { ...request };
      return wanted.every(([name, value]) => given[name] === value)
        ? { ...answer, ...lie }
        : answer;
    });
    await expect(playRelay(lying, nats.url, limits)).rejects.toThrow(`rust: {"op":"${op}"`);
  });

  test('a kit that is silent about a false snapshot is found', async () => {
    const silent = withLiar((answer, request) =>
      'op' in request && request.op === 'stats' ? { ...answer, refused: {} } : answer,
    );
    const snapshots = { bombs: HOSTILE_SNAPSHOTS['bombs']! };
    const play = playRelay(silent, nats.url, { ...limits, snapshots });
    await expect(play).rejects.toThrow('of a snapshot: [["typescript",{"state-node-malformed":1}]');
  });

  test('a snapshot that is forged under the stolen log key is found', async () => {
    const snapshots = { stolen: stolenSnapshot };
    const play = playRelay(kits, nats.url, { ...limits, snapshots });
    await expect(play).rejects.toThrow('"sub":"thief"');
  });
});
