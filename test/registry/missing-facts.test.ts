import { beforeEach, describe, expect, test } from '@jest/globals';
import { formatLine, parseLine } from '../../facts/core/line.ts';
import { EMPTY_HASH } from '../../facts/crypto/hash.ts';
import { MissingFacts } from '../../registry/missing-facts.ts';
import { FactWriter, memberDraft, tenantDraft } from '../sdk/support/fact-writer.ts';
import { writePlatform } from '../sdk/support/fact-writer.ts';
import { aKeySet, NEXT_FACT_KEY, rangeOf } from '../sdk/support/log-writer.ts';
import { ACME, memberId } from '../sdk/support/tenants.ts';

const START = { nextIndex: 0, positions: Array.from({ length: 256 }, () => 0) };

let writer: FactWriter;
let missing: MissingFacts;

const lines = () => [...writer.shards.values()].flat();
const write = (roles: string[]) => writer.write(ACME, memberDraft(memberId(1), 'jane', roles));
const continuing = () => missing.continuing(new Map());
const seen = (isHeld = false) => missing.seenBeside(continuing(), () => Promise.resolve(isHeld));

beforeEach(() => {
  writer = new FactWriter();
  writePlatform(writer);
  writer.write(ACME, tenantDraft(ACME));
  write(['viewer']);
  missing = new MissingFacts(aKeySet(), START);
});

describe('facts that a database lacks', () => {
  test('are found in any order and twice, and given in that of the log', async () => {
    for (const line of [...lines().toReversed(), ...lines()]) missing.add(line);
    expect(continuing().map(({ fact }) => fact)).toEqual(writer.facts);
    expect([missing.refused, await seen()]).toEqual([0, writer.facts.length]);
  });

  test('end before the first that nobody has', async () => {
    const total = writer.facts.length;
    for (const line of lines()) if (parseLine(line).index !== total - 2) missing.add(line);
    expect(continuing()).toHaveLength(total - 2);
    expect(await seen()).toBe(total);
  });

  test('are no more for being sent again under a higher index, which is not signed', async () => {
    for (const line of lines()) {
      missing.add(line);
      const { position, envelope } = parseLine(line);
      missing.add(formatLine({ position, index: 2 ** 50, envelope }));
      missing.add(formatLine({ position: position + 99, index: 2 ** 51, envelope }));
    }
    expect(continuing()).toHaveLength(writer.facts.length);
    expect(await seen()).toBe(writer.facts.length);
    const [first = ''] = lines();
    missing = new MissingFacts(aKeySet(), { ...START, nextIndex: 9 });
    missing.add(formatLine({ ...parseLine(first), index: 2 ** 50 }));
    expect([await seen(true), await seen(false)]).toEqual([9, 2 ** 50 + 1]);
  });

  test('that the database has are not looked at', () => {
    const positions = START.positions.with(0, 0);
    missing = new MissingFacts(aKeySet(), { nextIndex: writer.facts.length, positions });
    for (const line of [...lines(), '1 0 {}']) missing.add(line);
    expect([continuing().length, missing.refused]).toEqual([0, 0]);
  });

  test('count by a signature of the key set, at an index of the key', async () => {
    writer.key = NEXT_FACT_KEY;
    const stranger = write(['owner']);
    missing.add(stranger);
    expect([missing.refused, await seen()]).toEqual([1, 0]);
    const { index } = parseLine(stranger);
    const late = rangeOf(NEXT_FACT_KEY, { from: index + 1 });
    const [first] = aKeySet().fact;
    missing = new MissingFacts(aKeySet({ fact: [{ ...first!, to: index + 1 }, late] }), START);
    missing.add(stranger);
    expect(missing.refused).toBe(1);
  });

  test('that were given another position are not taken for the true ones', () => {
    const all = lines();
    const { position, index, envelope } = parseLine(all.at(-1) ?? '');
    missing.add(formatLine({ position: position + 1, index, envelope }));
    for (const line of all.slice(0, -1)) missing.add(line);
    expect(continuing()).toHaveLength(all.length - 1);
    missing.add(all.at(-1) ?? '');
    expect(continuing()).toHaveLength(all.length);
  });

  test('of an epoch that is not that of their index are refused', () => {
    const epochs = [{ epoch: 2, first: 1, size: 0, root: EMPTY_HASH }];
    missing = new MissingFacts(aKeySet({ epochs }), START);
    for (const line of lines()) missing.add(line);
    expect(continuing()).toHaveLength(1);
    expect(missing.refused).toBe(writer.facts.length - 1);
  });

  test('that are void come back into the chain, marked', () => {
    const [key] = aKeySet().fact;
    const last = writer.facts.length - 1;
    missing = new MissingFacts(aKeySet({ fact: [{ ...key!, void: last }] }), START);
    for (const line of lines()) missing.add(line);
    expect(
      continuing()
        .map(({ isVoid }) => isVoid)
        .indexOf(true),
    ).toBe(last);
  });
});
