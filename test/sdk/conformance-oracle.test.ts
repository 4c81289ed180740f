import { describe, expect, test } from '@jest/globals';
import { isWronglyAccepted, isWronglyRefused } from './conformance/acceptance.ts';
import { Chance } from './conformance/chance.ts';
import { textOfNote } from './conformance/oracle/notes.ts';
import { READINGS } from './conformance/oracle/readings.ts';
import { readStateNote } from './conformance/oracle/state-notes.ts';
import { mutantOf, targets } from './conformance/vector-mutants.ts';
import type { VectorMutant } from './conformance/vector-mutants.ts';
import { isSignature, readVectors, wantedOf } from './conformance/vectors.ts';
import type { Case, Json } from './conformance/vectors.ts';
import { answerVector } from './support/typescript-vector.ts';

// The judge of mutants is judged by the specification's vectors: a liar on each must be caught.

/** A vector as if it had been made of another one under true signatures. */
const signedLike = (one: Case, origin: Case = one): VectorMutant => ({
  origin: { ...origin, vector: { ...origin.vector, rule: 'another' } },
  place: { path: ['input', 'note'], form: 'note' },
  how: 'by hand',
  isSigned: true,
  vector: one.vector,
});

const all = readVectors().filter((one) => !isSignature(one));
const withCheck = (check: string, folder: Case['folder']): Case[] =>
  all.filter(({ vector, ...one }) => vector['check'] === check && one.folder === folder);
const SIGNED = ['checkpoint', 'key-set', 'heartbeat'];
/** The oracle does not know which points are strict: kits are compared there. */
const NOT_JUDGED = ['keyset-malformed--small-order'];

describe('lines', () => {
  const lines = all.filter(({ vector }) => vector['check'] === undefined);

  test.each(lines.map((one) => [one.name, one] as const))('%s ends where it must', (_, one) => {
    const told = wantedOf(one) as { accepted: number };
    expect(isWronglyAccepted(signedLike(one), told)).toBe(false);
    expect(isWronglyAccepted(signedLike(one), { ...told, accepted: told.accepted + 1 })).toBe(true);
  });
});

describe('notes', () => {
  test.each(SIGNED.flatMap((check) => withCheck(check, 'valid')).map((one) => [one.name, one]))(
    '%s may be taken, and for nothing else',
    (_, one) => {
      const { value } = wantedOf(one as Case) as { value: Json };
      expect(isWronglyAccepted(signedLike(one as Case), { value })).toBe(false);
      const other = { ...value, version: 99, size: 99, fence: 99 };
      expect(isWronglyAccepted(signedLike(one as Case), { value: other })).toBe(true);
    },
  );

  test.each(
    SIGNED.flatMap((check) => withCheck(check, 'invalid'))
      .filter(({ name }) => !NOT_JUDGED.includes(name))
      .map((one) => [one.name, one] as const),
  )('%s may not be taken for what its lines seem to say', (_, one) => {
    const { note } = one.vector['input'] as { note: string };
    const lines = Buffer.from(note, 'base64').toString().split('\n');
    const [version, size, fence] = [Number(lines[1]), Number(lines[1]), Number(lines[2])];
    const root = Buffer.from(lines[2] ?? '', 'base64').toString('hex');
    const value = { version, size, fence, root, at: lines[3] };
    expect(isWronglyAccepted(signedLike(one), { value })).toBe(true);
  });
});

describe('stories of a reader', () => {
  test.each(withCheck('reader', 'valid').map((one) => [one.name, one] as const))(
    '%s: a state beyond what was told is found',
    (_, one) => {
      const { value } = wantedOf(one) as { value: { position: number; covered: number }[] };
      expect(isWronglyAccepted(signedLike(one), { value })).toBe(false);
      const beyond = value.map((state) => ({ ...state, position: state.position + 9 }));
      expect(isWronglyAccepted(signedLike(one), { value: beyond })).toBe(true);
      const covered = value.map((state) => ({ ...state, covered: state.position + 1 }));
      expect(isWronglyAccepted(signedLike(one), { value: covered })).toBe(true);
    },
  );
});

test('a reader that rests on a snapshot whose nodes do not hold is found', () => {
  const named = withCheck('reader', 'valid').filter(
    ({ name }) => name === 'reader-snapshot-node-refused',
  );
  expect(named).toHaveLength(1);
  for (const one of named) {
    const { steps } = one.vector['input'] as { steps: { snapshot?: { note: string } }[] };
    const { value } = wantedOf(one) as { value: { position: number; refused: string[] }[] };
    const at = value.findIndex(({ refused }) => refused.length > 0);
    const note = Buffer.from(steps[at]?.snapshot?.note ?? '', 'base64');
    const { count = 0 } = readStateNote(textOfNote(note) ?? '')?.heads[5] ?? {};
    expect(count).toBeGreaterThan(value[at]?.position ?? 0);
    const rested = value.with(at, { ...value[at]!, position: count });
    expect(isWronglyAccepted(signedLike(one), { value: rested })).toBe(true);
  }
});

describe('the state and API keys', () => {
  const READ = ['state-note', 'state-tree', 'state-view', 'api-key'];
  const valid = READ.flatMap((check) => withCheck(check, 'valid'));
  const invalid = READ.flatMap((check) => withCheck(check, 'invalid'));

  test.each(valid.map((one) => [one.name, one] as const))(
    '%s is read, and nothing else in it',
    (_, one) => {
      const { value } = wantedOf(one) as { value: Json };
      expect(isWronglyAccepted(signedLike(one), { value })).toBe(false);
      const other = { ...value, epoch: 99, block: {}, tenants: [], hash: '' };
      expect(isWronglyAccepted(signedLike(one), { value: other })).toBe(true);
    },
  );

  test.each(invalid.map((one) => [one.name, one] as const))(
    '%s may be taken for nothing',
    (_, one) => {
      const { check, input } = one.vector as { check: string; input: Json };
      expect(READINGS[check]?.(input)).toBeUndefined();
      expect(isWronglyAccepted(signedLike(one), { value: {} })).toBe(true);
    },
  );

  test('a tree or a key that is refused although it holds is found', () => {
    for (const one of valid) {
      const isFound = isWronglyRefused(signedLike(one), { code: 'state-node-malformed' });
      const { check } = one.vector;
      expect([one.name, isFound]).toEqual([
        one.name,
        ['state-tree', 'api-key'].includes(String(check)),
      ]);
    }
  });

  test('forged nodes reach the checks behind the hashes, and some hold', async () => {
    const chance = new Chance(20261126);
    const of = targets().filter(([one]) => one?.origin.vector['check'] === 'state-tree');
    const said = new Map<string, number>();
    for (let played = 0; played < 400; played += 1) {
      const mutant = mutantOf(of, chance);
      const answer = await answerVector(mutant.origin.name, mutant.vector);
      expect(isWronglyAccepted(mutant, answer) || isWronglyRefused(mutant, answer)).toBe(false);
      if (!mutant.how.startsWith('forge')) continue;
      const { code = 'taken' } = answer as { code?: string };
      said.set(code, (said.get(code) ?? 0) + 1);
    }
    const deep = [...said.keys()].filter((code) => code.startsWith('payload-'));
    expect(deep.length).toBeGreaterThan(2);
    expect(said.get('taken')).toBeGreaterThan(0);
  });
});

test('what decodes to another value than its bytes say is found', () => {
  const cases = ['tree', 'tile-node', 'entry-bundle'].flatMap((check) => withCheck(check, 'valid'));
  for (const one of cases) {
    const place = { path: ['input'], form: 'hex' as const };
    const mutant = { ...signedLike(one), isSigned: false, place };
    const { value } = wantedOf(one) as { value: Json };
    const other = { ...value, root: '00', hash: '00', leaves: [] };
    expect([one.name, isWronglyAccepted(mutant, { value })]).toEqual([one.name, false]);
    expect([one.name, isWronglyAccepted(mutant, { value: other })]).toEqual([one.name, true]);
  }
});

test('a mutant that is signed again and still a fact is told from one that is none', async () => {
  const chance = new Chance(20261126);
  const of = targets().filter(([one]) => one?.origin.vector['check'] === undefined);
  const taken = { differs: 0, refused: 0 };
  for (let played = 0; played < 150; played += 1) {
    const mutant = mutantOf(of, chance);
    const answer = await answerVector(mutant.origin.name, mutant.vector);
    expect(isWronglyAccepted(mutant, answer)).toBe(false);
    const { codes } = answer as { codes?: string[] };
    if (!mutant.isSigned || codes === undefined) continue;
    taken[codes.length === 0 ? 'differs' : 'refused'] += 1;
  }
  expect(taken.differs).toBeGreaterThan(0);
  expect(taken.refused).toBeGreaterThan(0);
});
