import { describe, expect, test } from '@jest/globals';
import { toHex } from '../../../../facts/core/bytes.ts';
import type { Fact } from '../../../../facts/core/types.ts';
import { liveFactsOf } from '../../../../facts/log/state/live-facts.ts';
import { StateWalk, shardScope } from '../../../../facts/log/state/walk.ts';
import { FactWriter, LOG, signer } from '../../../sdk/support/fact-writer.ts';
import { random } from '../../../sdk/support/random.ts';
import { projectId } from '../../../sdk/support/tenants.ts';
import { changesOf } from './changes.ts';
import { MemoryState } from './memory-state.ts';
import { naiveState } from './naive-state.ts';

const tenantId = (n: number): string =>
  `dddddddd-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

/** A state tree holds payloads: of the thousands of facts here nobody reads a signature. */
const newWriter = (): FactWriter => {
  const writer = new FactWriter();
  writer.key = { ...signer, sign: () => new Uint8Array(64) };
  return writer;
};

const write = (writer: FactWriter, tenant: number, project: number, asserts: boolean): void => {
  const subject = `project:${projectId(project)}`;
  writer.write(
    tenantId(tenant),
    asserts
      ? { kind: 'project', subject, op: 'assert', body: { state: 'active' } }
      : { kind: 'project', subject, op: 'retract', body: {} },
  );
};

/** Some facts of some tenants: the first tenant gets most, so that it needs a tree of its own. */
const someFacts = (writer: FactWriter, chance: () => number, asserts: number): void => {
  for (let n = 0; n < 120; n += 1) {
    const tenant = chance() < 0.5 ? 0 : Math.floor(chance() * 90);
    write(writer, tenant, Math.floor(chance() * 400), chance() < asserts);
  }
};

/** What a replay of all facts leaves, as `tenant subject seq`. */
const replay = (facts: readonly Fact[]): string[] => {
  const live = new Map<string, Fact>();
  for (const fact of facts) {
    const name = `${fact.tenant} ${fact.subject}`;
    if (fact.op === 'assert') live.set(name, fact);
    else live.delete(name);
  }
  return [...live.values()].map(({ tenant, subject, seq }) => `${tenant} ${subject} ${seq}`);
};

const liveOf = (state: MemoryState): string[] =>
  state
    .walk()
    .flatMap((tenant) => liveFactsOf(tenant, { log: LOG, epoch: 1 }))
    .map(({ fact }) => `${fact.tenant} ${fact.subject} ${fact.seq}`);

const countNodes = (state: MemoryState): number => {
  const walk = new StateWalk(
    state.root!,
    shardScope(() => true),
  );
  let nodes = 0;
  for (let wanted = walk.next(); wanted !== undefined; wanted = walk.next()) {
    walk.take(wanted, state.nodes.get(toHex(wanted.hash))!);
    nodes += 1;
  }
  return nodes;
};

describe.each([1, 2, 3])('a random history, seed %i', (seed) => {
  test('the tree that grew is that of the definition, holds a replay, and nothing else', () => {
    const chance = random(seed);
    const writer = newWriter();
    const state = new MemoryState();
    let largest = 0;
    for (let round = 0; round < 18; round += 1) {
      const before = writer.facts.length;
      // It grows until the first tenant has more than 256 live facts, and shrinks back.
      someFacts(writer, chance, round < 10 ? 0.97 : 0.05);
      const root = state.change(changesOf(writer.facts.slice(before)));
      expect(toHex(root)).toBe(toHex(naiveState(writer.facts)));
      expect(state.nodes.size).toBe(countNodes(state));
      largest = Math.max(largest, ...state.walk().map(({ live }) => live));
    }
    expect(largest).toBeGreaterThan(256);
    expect(Math.max(...state.walk().map(({ live }) => live))).toBeLessThan(256);
    expect(liveOf(state).toSorted()).toEqual(replay(writer.facts).toSorted());
  });
});

test('in whatever portions and order of tenants facts come, the root is the same', () => {
  const writer = newWriter();
  someFacts(writer, random(9), 0.9);
  for (let n = 0; n < 270; n += 1) write(writer, 7, n, true);
  const whole = new MemoryState().change(changesOf(writer.facts));
  const backwards = new MemoryState().change(changesOf(writer.facts).toReversed());
  const single = new MemoryState();
  for (const fact of writer.facts) single.change(changesOf([fact]));
  expect(toHex(backwards)).toBe(toHex(whole));
  expect(toHex(single.root!)).toBe(toHex(whole));
});

test('one more fact among many tenants costs one path, to read and to write', () => {
  const writer = newWriter();
  for (let tenant = 0; tenant < 1500; tenant += 1) write(writer, tenant, tenant, true);
  const state = new MemoryState();
  state.change(changesOf(writer.facts));
  state.reads = 0;
  write(writer, 17, 1, true);
  state.change(changesOf(writer.facts.slice(-1)));
  // 1500 / 256 tenants: a root and a page; found first, then changed.
  expect(state.reads).toBe(4);
  expect(state.growth.written.size).toBe(2);
  expect(state.growth.replaced.size).toBe(2);
});

test('the tree of no tenant is a page of none', () => {
  const state = new MemoryState();
  state.change([]);
  expect(state.walk()).toEqual([]);
});
