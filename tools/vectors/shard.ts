import type { ApiKeyBody } from '../../facts/core/bodies.ts';
import { toBase64Url, utf8 } from '../../facts/core/bytes.ts';
import type { FactErrorCode } from '../../facts/core/errors.ts';
import { encodePayload } from '../../facts/core/payload.ts';
import type { FactDraft } from '../../facts/core/types.ts';
import { FactWriter, memberDraft, seal, tenantDraft } from '../../test/sdk/support/fact-writer.ts';
import { ACME, GLOBEX, OUTSIDER, memberId } from '../../test/sdk/support/tenants.ts';

/** Lines, and how many of them are to be accepted. */
export type ShardCase = { rule: string; lines: string[]; accepted: number };

const MEMBER = memberDraft(memberId(1), 'sub-1', ['owner']);
const TENANT = tenantDraft(ACME);
const NOT_PREV = `B${'A'.repeat(42)}`;

/** The tenant's first fact, and a writer that goes on behind it. */
const started = (): FactWriter => {
  const writer = new FactWriter();
  writer.write(ACME, TENANT);
  return writer;
};

const all = (rule: string, writer: FactWriter): ShardCase => {
  const lines = writer.linesOf(ACME);
  return { rule, lines, accepted: lines.length };
};

/** One true fact, then a line to refuse. */
const then = (rule: string, line: (writer: FactWriter) => string): ShardCase => {
  const writer = started();
  const [first = ''] = writer.linesOf(ACME);
  return { rule, lines: [first, line(writer)], accepted: 1 };
};

const payloadText = (writer: FactWriter, draft: FactDraft): string =>
  new TextDecoder().decode(encodePayload(writer.next(ACME, draft)));

/** Well signed, so that only the payload is at fault. */
const signed = (rule: string, change: (payload: string) => string): ShardCase =>
  then(rule, (writer) => writer.place(ACME, seal(utf8(change(payloadText(writer, MEMBER))))));

const replace = (rule: string, from: string, to: string): ShardCase =>
  signed(rule, (payload) => {
    if (!payload.includes(from)) throw new Error(`no ${from} in ${payload}`);
    return payload.replace(from, () => to);
  });

const envelope = (rule: string, from: string | RegExp, to: string): ShardCase =>
  then(rule, (writer) => {
    const line = writer.write(ACME, MEMBER);
    const changed = line.replace(from, () => to);
    if (changed === line) throw new Error(`nothing to replace for: ${rule}`);
    return changed;
  });

const twoTenants = (): FactWriter => {
  const writer = started();
  writer.write(GLOBEX, tenantDraft(GLOBEX));
  writer.write(ACME, MEMBER);
  writer.write(GLOBEX, memberDraft(memberId(2), null, [], 'pending'));
  return writer;
};

const laterKind = (): FactWriter => {
  const writer = started();
  writer.write(ACME, MEMBER, { kind: 'invoice', subject: 'invoice:7', body: { lines: [1, 2] } });
  writer.write(ACME, MEMBER);
  return writer;
};

const retracted = (): FactWriter => {
  const writer = started();
  writer.write(ACME, MEMBER);
  writer.write(ACME, { kind: 'membership', subject: MEMBER.subject, op: 'retract', body: {} });
  return writer;
};

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

const deepest = (): FactWriter => {
  const writer = started();
  const body = { deep: JSON.parse(nested(6)) };
  writer.write(ACME, MEMBER, { kind: 'invoice', subject: 'invoice:7', body });
  return writer;
};

const newEpoch = (): FactWriter => {
  const writer = started();
  writer.write(ACME, MEMBER, { epoch: 2 });
  return writer;
};

const API_KEY_BODY: ApiKeyBody = {
  hash: toBase64Url(new Uint8Array(32).fill(9)),
  scopes: ['invoices:read', 'invoices:write'],
  namespace: 'eu',
  until: '2027-01-01T00:00:00.000Z',
};
const API_KEY = { kind: 'api-key', subject: `api-key:${memberId(7)}` } as const;
const apiKey = (overrides: Partial<ApiKeyBody> = {}): FactDraft => ({
  ...API_KEY,
  op: 'assert',
  body: { ...API_KEY_BODY, ...overrides },
});

const apiKeys = (): FactWriter => {
  const writer = started();
  writer.write(ACME, apiKey());
  writer.write(ACME, apiKey({ scopes: [], namespace: null, until: null }));
  writer.write(ACME, { ...API_KEY, op: 'retract', body: {} });
  return writer;
};

/** A well signed API key that is none. */
const noApiKey = (rule: string, overrides: object, subject: string = API_KEY.subject): ShardCase =>
  then(rule, (writer) => {
    const fact = writer.next(ACME, apiKey());
    const changed = { ...fact, subject, body: { ...API_KEY_BODY, ...overrides } };
    return writer.place(ACME, seal(utf8(JSON.stringify(changed))));
  });

export const VALID_SHARDS: Record<string, ShardCase> = {
  'one-tenant': all('a tenant and its first member', retracted()),
  'two-tenants': all('two chains in one shard', twoTenants()),
  'later-kind': all('a kind of a later version is chained', laterKind()),
  'deepest-body': all('eight levels are allowed', deepest()),
  'api-key-facts': all('an API key, asserted anew with less, and retracted', apiKeys()),
  'new-epoch': all('the epoch may grow', newEpoch()),
  empty: { rule: 'a shard without facts', lines: [], accepted: 0 },
};

const backToOldEpoch = (): ShardCase => {
  const writer = newEpoch();
  writer.write(ACME, MEMBER, { epoch: 1 });
  return { rule: 'an epoch that goes back', lines: writer.linesOf(ACME), accepted: 2 };
};

type Code = FactErrorCode | `${FactErrorCode}--${string}`;

export const INVALID_SHARDS = {
  'line-malformed': then('no line', () => '2 {}'),
  'line-malformed--leading-zero': envelope('02 for 2', /^2 /, '02 '),
  'envelope-malformed': envelope('no JSON', /\}\]\}$/, ']}}'),
  'envelope-malformed--white-space': envelope('another form of the same JSON', '":"', '": "'),
  'envelope-malformed--key-twice': envelope(
    'payload twice',
    '{"payload"',
    '{"payload":"","payload"',
  ),
  'envelope-malformed--base64url': envelope(
    'not the base64 of RFC 4648, 4',
    /"sig":"../,
    '"sig":"-_',
  ),
  'envelope-malformed--more-members': envelope('a member too many', /\}\]\}$/, '}],"x":1}'),
  'payload-type-unknown': envelope('another payload type', '.v1+json', '.v2+json'),
  'signature-count': envelope('no signature', /"signatures":\[.*\]/, '"signatures":[]'),
  'signature-count--two': envelope('two signatures', /(?=\]\}$)/, ',{"keyid":"k","sig":""}'),
  'key-unknown': envelope('a key that is not trusted', /"keyid":"../, '"keyid":"zz'),
  'signature-invalid': envelope('another signature', /"sig":"..../, '"sig":"AAAA'),
  'signature-invalid--empty': envelope('an empty signature', /"sig":"[^"]*"/, '"sig":""'),
  'payload-too-large': replace('over 16 KiB', 'sub-1', 's'.repeat(16_384)),
  'payload-bom': signed('a byte order mark', (payload) => `\ufeff${payload}`),
  'payload-not-utf8': then('a byte that is not UTF-8', (writer) =>
    writer.place(ACME, seal(new Uint8Array([0x7b, 0xff, 0x7d]))),
  ),
  'payload-not-json': signed('cut', (payload) => payload.slice(0, -1)),
  'payload-not-compact': replace('a space', '"epoch":1', '"epoch": 1'),
  'payload-not-compact--line-end': signed('a line end', (payload) => `${payload}\n`),
  'payload-too-deep': replace('nine levels', '["owner"]', nested(8)),
  'payload-duplicate-key': replace('seq twice', '"seq":2', '"seq":2,"seq":2'),
  'payload-duplicate-key--escaped': replace('sub twice', '"sub":', '"\\u0073ub":"x","sub":'),
  'payload-number': replace('2^53', '"epoch":1', '"epoch":9007199254740992'),
  'payload-number--fraction': replace('1.0', '"epoch":1', '"epoch":1.0'),
  'payload-number--exponent': replace('1e0', '"epoch":1', '"epoch":1e0'),
  'payload-number--negative-zero': replace('-0', '"epoch":1', '"epoch":-0'),
  'payload-string': replace('a lone surrogate', 'sub-1', '\\ud800'),
  'payload-key-order': signed('epoch before log', (payload) =>
    payload.replace(/^\{("log":"[^"]*"),("epoch":1)/, '{$2,$1'),
  ),
  'payload-key-order--missing': replace('no epoch', '"epoch":1,', ''),
  'payload-key-order--unknown-key': replace('a key too many', '"epoch":1', '"epoch":1,"x":1'),
  'payload-key-order--joined': signed('one key that spells two', (payload) =>
    payload.replace(/"log":"[^"]*","epoch":1/, '"log epoch":1'),
  ),
  'payload-field': replace('a time without milliseconds', '34.000Z', '34Z'),
  'payload-field--e-mail': replace('an actor with an @', '"actor":"test"', '"actor":"a@b.c"'),
  'payload-field--op': replace('an operation that is none', '"assert"', '"upsert"'),
  'subject-mismatch': replace('a project as subject of a membership', '"member:', '"project:'),
  'subject-mismatch--not-text': signed(
    'a product that is null, and a subject that says so',
    (payload) =>
      payload
        .replace(/"kind":.*?,"op"/, '"kind":"entitlement","subject":"entitlement:null","op"')
        .replace(/"body":.*$/, '"body":{"product":null}}'),
  ),
  'body-invalid': replace('a state that is none', '"active"', '"gone"'),
  'body-invalid--unknown-member': replace('a member too many', '"body":{', '"body":{"x":1,'),
  'body-invalid--retraction': replace('a retraction with a body', '"assert"', '"retract"'),
  'subject-mismatch--api-key': noApiKey('an API key without a UUID', {}, 'api-key:first'),
  'body-invalid--api-key-hash': noApiKey('31 bytes of hash', {
    hash: toBase64Url(new Uint8Array(31)),
  }),
  'body-invalid--api-key-hash-bits': noApiKey('unused bits of the hash that are not zero', {
    hash: `${'A'.repeat(42)}B`,
  }),
  'body-invalid--api-key-hash-padding': noApiKey('a hash with padding', {
    hash: `${'A'.repeat(43)}=`,
  }),
  'body-invalid--api-key-scope': noApiKey('a scope with a space', { scopes: ['a b'] }),
  'body-invalid--api-key-scope-long': noApiKey('a scope of 128 characters', {
    scopes: ['a'.repeat(128)],
  }),
  'body-invalid--api-key-scope-twice': noApiKey('a scope twice', { scopes: ['a', 'a'] }),
  'body-invalid--api-key-namespace': noApiKey('a namespace with its @', { namespace: '@eu' }),
  'body-invalid--api-key-until': noApiKey('an end without a time', { until: '2027-01-01' }),
  'body-invalid--api-key-member': noApiKey('a member too many', { key: 'secret' }),
  'log-mismatch': then('another log', (writer) =>
    writer.write(ACME, MEMBER, { log: 'tenure.example/other' }),
  ),
  'shard-mismatch': then('a tenant of another shard', (writer) =>
    writer.place(ACME, seal(encodePayload(writer.next(OUTSIDER, tenantDraft(OUTSIDER))))),
  ),
  'position-gap': then('position 3 behind 1', (writer) => {
    writer.write(ACME, MEMBER);
    return writer.write(ACME, MEMBER);
  }),
  'index-replay': then('an index that goes back', (writer) =>
    writer.write(ACME, MEMBER).replace(/^2 1 /, '2 0 '),
  ),
  'epoch-mismatch': backToOldEpoch(),
  'seq-gap': then('seq 3 behind 1', (writer) => writer.write(ACME, MEMBER, { seq: 3 })),
  'seq-replay': then('seq 1 again', (writer) => writer.write(ACME, MEMBER, { seq: 1 })),
  'prev-mismatch': then('the hash of another fact', (writer) =>
    writer.write(ACME, MEMBER, { prev: NOT_PREV }),
  ),
} satisfies Partial<Record<Code, ShardCase>>;
