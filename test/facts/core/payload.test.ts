import { describe, expect, test } from '@jest/globals';
import { utf8 } from '../../../facts/core/bytes.ts';
import { MAX_PAYLOAD_BYTES, encodePayload, parsePayload } from '../../../facts/core/payload.ts';
import type { Fact } from '../../../facts/core/types.ts';
import { MEMBER, PROJECT, aFact, codeOf } from '../samples.ts';

const text = (fact: Fact): string => new TextDecoder().decode(encodePayload(fact));
const codeOfText = (payload: string): string | undefined =>
  codeOf(() => parsePayload(utf8(payload)));
const swap = (from: string, to: string): string => {
  const changed = text(aFact()).replace(from, to);
  expect(changed).not.toBe(text(aFact()));
  return changed;
};

test('a payload says what the fact says, byte for byte again', () => {
  const bytes = encodePayload(aFact());
  expect(parsePayload(bytes)).toEqual(aFact());
  expect(encodePayload(parsePayload(bytes))).toEqual(bytes);
});

test('the writer fixes the order of keys whatever order the caller had', () => {
  const { body, log, ...rest } = aFact();
  expect(text({ body, ...rest, log })).toBe(text(aFact()));
});

test('a kind of a later version is parsed, so that it can be chained', () => {
  const later = aFact({ kind: 'invoice', subject: 'invoice:7', body: { anything: [1] } });
  expect(parsePayload(encodePayload(later)).kind).toBe('invoice');
});

describe('refused with its code', () => {
  test.each([
    ['payload-duplicate-key', () => swap('"seq":1', '"seq":1,"seq":1')],
    ['payload-duplicate-key', () => swap('"sub":"sub-1"', '"sub":"sub-1","\\u0073ub":"sub-2"')],
    ['payload-key-order', () => swap('"epoch":1,', '')],
    ['payload-key-order', () => swap('"epoch":1,', '"epoch":1,"extra":1,')],
    ['payload-key-order', () => '[]'],
    ['payload-not-compact', () => swap('"epoch":1', '"epoch": 1')],
    ['payload-not-compact', () => `${text(aFact())}\n`],
    ['payload-number', () => swap('"epoch":1', '"epoch":1.0')],
    ['payload-number', () => swap('"epoch":1', '"epoch":1e0')],
    ['payload-number', () => swap('"epoch":1', '"epoch":9007199254740992')],
    ['payload-number', () => swap('"epoch":1', '"epoch":-0')],
    ['payload-string', () => swap('"sub-1"', '"\\ud800"')],
    ['payload-too-deep', () => swap('"owner"', '[[[[[["owner"]]]]]]')],
    ['payload-not-json', () => text(aFact()).slice(0, -1)],
    ['payload-too-large', () => swap('"owner"', `"${'o'.repeat(MAX_PAYLOAD_BYTES)}"`)],
    ['payload-bom', () => `\ufeff${text(aFact())}`],
    ['payload-field', () => swap('"epoch":1', '"epoch":0')],
    ['payload-field', () => swap('"seq":1', '"seq":"1"')],
    ['payload-field', () => swap('01:34:34.000Z', '01:34:34Z')],
    ['payload-field', () => swap('2026-11-21T', '2026-02-30T')],
    ['payload-field', () => swap('"prev":"AAAA', '"prev":"AAA')],
    ['payload-field', () => swap('AAAA","id"', 'AAAB","id"')],
    ['payload-field', () => swap('operator:cli', 'jane@example.com')],
    ['payload-field', () => swap('"tenant":"1f0c', '"tenant":"1F0C')],
    ['subject-mismatch', () => swap('member:', 'project:')],
  ])('%s', (code, payload) => {
    expect(codeOfText(payload())).toBe(code);
  });

  test('payload-not-utf8', () => {
    const bytes = encodePayload(aFact());
    bytes[10] = 0xff;
    expect(codeOf(() => parsePayload(bytes))).toBe('payload-not-utf8');
  });

  test('a subject that contradicts its body or its chain', () => {
    const grant = { member: MEMBER, project: PROJECT, roles: [] };
    const subject = `grant:${PROJECT}:${MEMBER}`;
    expect(codeOf(() => encodePayload(aFact({ kind: 'grant', subject, body: grant })))).toBe(
      'subject-mismatch',
    );
    const tenant = aFact({ kind: 'tenant', subject: `tenant:${MEMBER}`, op: 'retract', body: {} });
    expect(codeOf(() => encodePayload(tenant))).toBe('subject-mismatch');
  });

  test('by the writer too, before anything is stored', () => {
    expect(codeOf(() => encodePayload(aFact({ seq: 0 })))).toBe('payload-field');
    expect(codeOf(() => encodePayload(aFact({ body: { state: 'active' } })))).toBe('body-invalid');
  });
});

test('eight levels are still allowed: the negative control of the depth limit', () => {
  const deep = aFact({
    kind: 'invoice',
    subject: 'invoice:7',
    body: { a: { b: { c: { d: { e: { f: 1 } } } } } },
  });
  expect(codeOf(() => encodePayload(deep))).toBeUndefined();
});
