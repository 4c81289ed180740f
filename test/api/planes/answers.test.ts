import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { addPlane, listPlanes, removePlane } from '../../../api/planes/routes.ts';
import { takeReceipt } from '../../../api/planes/receipts.ts';
import { whereFacts } from '../../../api/planes/where.ts';
import { preAuthEncoding } from '../../../facts/core/pae.ts';
import { parseEnvelope } from '../../../facts/core/envelope.ts';
import { parseLine } from '../../../facts/core/line.ts';
import { formatNoteKey } from '../../../facts/log/note-key.ts';
import { planeKeyName } from '../../../facts/log/receipt.ts';
import { sha256 } from '../../../facts/crypto/hash.ts';
import type { SignedFact } from '../../../ports/fact-log.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';
import { OPERATOR, READER, startTestApi } from '../../support/api/test-api.ts';
import type { Answer, Ask, TestApi } from '../../support/api/test-api.ts';
import {
  FactWriter,
  LOG,
  memberDraft,
  OPERATION,
  tenantDraft,
} from '../../sdk/support/fact-writer.ts';
import { TIME, signAs } from '../../sdk/support/log-writer.ts';
import { PLANE_KEY, PLANE_NAME, aReceipt, receiptNote } from '../../sdk/support/receipts.ts';
import { ACME, memberId, SHARD } from '../../sdk/support/tenants.ts';

const keyOf = (name: string, log = LOG, key = PLANE_KEY): string =>
  formatNoteKey(planeKeyName(log, name), key.publicKey);
const KEY = keyOf(PLANE_NAME);
const LATER = '2026-11-21T01:35:34.000Z';

const add = (api: TestApi, key = KEY): Promise<Answer> =>
  api.ask({ method: 'POST', path: '/v1/planes', body: { key } });
const send = (api: TestApi, raw: string): Promise<Answer> =>
  api.ask({
    method: 'POST',
    path: '/v1/log/receipts',
    token: READER,
    raw,
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  });

describeAnswers({
  route: addPlane,
  valid: () => ({ method: 'POST', path: '/v1/planes', body: { key: KEY } }),
  cases: {
    201: async (api, valid) => {
      const answer = await api.ask(valid);
      expect(answer.json).toMatchObject({ name: PLANE_NAME, key: KEY, newest: null });
      expect((await api.ask(valid)).json).toEqual(answer.json);
      return answer;
    },
    'plane-name-taken': async (api, valid) => {
      await api.ask(valid);
      return add(api, keyOf(PLANE_NAME, LOG, TIME));
    },
  },
});

test.each([
  ['no key', 'no key'],
  ['a key of another log', keyOf(PLANE_NAME, 'tenure.example/other')],
  ['a key of no plane', formatNoteKey(`${LOG}/time`, PLANE_KEY.publicKey)],
  ['a plane without a name', keyOf('')],
  ['a name in upper case', keyOf('EU')],
])('%s is refused as the key of a plane, in one sentence', async (_, key) => {
  const api = await startTestApi();
  try {
    const { status, json } = await add(api, key);
    expect([status, json]).toMatchObject([400, { errors: [{ at: '/key' }] }]);
  } finally {
    await api.close();
  }
});

describeAnswers({
  route: listPlanes,
  valid: async (api) => {
    await add(api);
    await send(api, receiptNote(aReceipt()));
    return { path: '/v1/planes' };
  },
  cases: {
    200: async (api, valid) => {
      const answer = await api.ask(valid);
      const newest = { at: '2026-11-21T01:34:34.000Z', epoch: 1, size: 8, shards: 1 };
      expect(answer.json).toMatchObject({ planes: [{ name: PLANE_NAME, newest }] });
      return answer;
    },
  },
});

describeAnswers({
  route: removePlane,
  valid: async (api) => {
    await add(api);
    return { method: 'DELETE', path: `/v1/planes/${PLANE_NAME}` };
  },
  cases: {
    204: async (api, valid) => {
      const answer = await api.ask(valid);
      expect(await api.planes.listPlanes()).toEqual([]);
      return answer;
    },
    'not-found': (api, valid) => api.ask({ ...valid, path: '/v1/planes/other' }),
    'request-invalid': (api, valid) => api.ask({ ...valid, path: '/v1/planes/UPPER' }),
  },
});

const receiptAsk = (note: string): Ask => ({
  method: 'POST',
  path: '/v1/log/receipts',
  token: READER,
  raw: note,
  headers: { 'Content-Type': 'text/plain' },
});
const refused = (note: string) => (api: TestApi) => send(api, note);

describeAnswers({
  route: takeReceipt,
  valid: async (api) => {
    await add(api);
    return receiptAsk(receiptNote(aReceipt()));
  },
  cases: {
    204: async (api, valid) => {
      const answer = await api.ask(valid);
      const [known] = await api.planes.listPlanes();
      expect(known?.newest).toMatchObject({ epoch: 1, size: 8, shards: [5] });
      return answer;
    },
    'receipt-rollback': async (api, valid) => {
      await api.ask(valid);
      return send(api, receiptNote(aReceipt({ size: 9 })));
    },
    'receipt-time': async (api) => {
      await add(api);
      const at = new Date(Date.now() + 60_000).toISOString();
      return send(api, receiptNote(aReceipt({ at })));
    },
    'note-malformed': refused('no note'),
    'note-key-unknown': refused(signAs(planeKeyName(LOG, 'other'), 'text\n', [PLANE_KEY])),
    'note-signature-invalid': refused(receiptNote(aReceipt()).replace('\n8\n', '\n9\n')),
    'receipt-malformed': refused(signAs(planeKeyName(LOG, PLANE_NAME), 'text\n', [PLANE_KEY])),
    'receipt-mismatch': refused(receiptNote(aReceipt({ log: 'tenure.example/other' }))),
    'body-too-large': (api, valid) => api.ask({ ...valid, raw: 'a'.repeat(65_537) }),
    'content-type-unsupported': (api, valid) =>
      api.ask({ ...valid, headers: { 'Content-Type': 'application/json' } }),
  },
});

/** As the sequencer keeps it: a member that was retracted, and all before. */
const placed = (): SignedFact[] => {
  const writer = new FactWriter();
  const lines = [
    writer.write(ACME, tenantDraft(ACME)),
    writer.write(ACME, memberDraft(memberId(1), 'jane', [])),
    writer.write(ACME, {
      kind: 'membership',
      subject: `member:${memberId(1)}`,
      op: 'retract',
      body: {},
    }),
  ];
  return lines.map((text, at) => {
    const { position, index, envelope } = parseLine(text);
    const { payload, keyId, signature } = parseEnvelope(envelope);
    const { id, seq } = writer.facts[at]!;
    const leafHash = sha256(preAuthEncoding(payload));
    return {
      id,
      tenant: ACME,
      seq,
      payload,
      leafHash,
      index,
      shard: SHARD,
      position,
      keyId,
      signature,
    };
  });
};

const [, , REVOCATION] = placed();
const ID = REVOCATION?.id ?? '';

describeAnswers({
  route: whereFacts,
  valid: async (api) => {
    api.facts.push(...placed());
    await add(api);
    await add(api, keyOf('silent'));
    return { path: `/v1/facts/where?fact=${ID}` };
  },
  cases: {
    200: async (api, valid) => {
      await send(api, receiptNote(aReceipt({ size: 2 })));
      expect((await api.ask(valid)).json).toMatchObject({
        facts: [{ id: ID, tenant: ACME, seq: 3, index: 2, kind: 'membership', op: 'retract' }],
        planes: [
          { plane: PLANE_NAME, standing: 'missing', since: null },
          { plane: 'silent', standing: 'silent', since: null, heard: null },
        ],
      });
      await send(api, receiptNote(aReceipt({ at: LATER, size: 3 })));
      const answer = await api.ask(valid);
      const [first] = (answer.json as unknown as { planes: object[] }).planes;
      expect(first).toEqual({ plane: PLANE_NAME, standing: 'applied', since: LATER, heard: LATER });
      return answer;
    },
    'not-found': (api) => api.ask({ path: `/v1/facts/where?operation=${randomUUID()}` }),
    'fact-pending': (api) => {
      api.made.set(OPERATION, [ID, randomUUID()]);
      return api.ask({ path: `/v1/facts/where?operation=${OPERATION}` });
    },
  },
});

test('a plane that was restored to before a revocation goes without it again', async () => {
  const api = await startTestApi();
  try {
    api.facts.push(...placed());
    await add(api);
    await send(api, receiptNote(aReceipt({ size: 3 })));
    const sent = await send(api, receiptNote(aReceipt({ at: LATER, size: 2 })));
    const { json } = await api.ask({ path: `/v1/facts/where?fact=${ID}` });
    expect([sent.status, json]).toMatchObject([
      204,
      { planes: [{ standing: 'missing', since: null, heard: LATER }] },
    ]);
  } finally {
    await api.close();
  }
});

test('a plane whose key was stolen cannot fill the table, nor hold its later receipts up', async () => {
  const api = await startTestApi();
  try {
    await add(api);
    await send(api, receiptNote(aReceipt()));
    const codes: unknown[] = [];
    for (const at of [
      '2026-11-21T01:34:34.001Z',
      '2026-11-21T01:34:38.999Z',
      '9999-01-01T00:00:00.000Z',
    ]) {
      const { status, json } = await send(api, receiptNote(aReceipt({ at })));
      codes.push(status, (json as { type?: string }).type?.split('/').at(-1));
    }
    expect(codes).toEqual([422, 'receipt-time', 422, 'receipt-time', 422, 'receipt-time']);
    const { status } = await send(api, receiptNote(aReceipt({ at: '2026-11-21T01:34:39.000Z' })));
    expect(status).toBe(204);
  } finally {
    await api.close();
  }
});

test('facts are found by their place and by their operation too', async () => {
  const api = await startTestApi();
  try {
    api.facts.push(...placed());
    api.made.set(
      OPERATION,
      api.facts.map(({ id }) => id),
    );
    const seqs = async (query: string) => {
      const { json } = await api.ask({ path: `/v1/facts/where?${query}`, token: OPERATOR });
      return (json as unknown as { facts: { seq: number }[] }).facts.map(({ seq }) => seq);
    };
    expect(await seqs(`tenant=${ACME}&seq=2`)).toEqual([2]);
    expect(await seqs(`operation=${OPERATION}`)).toEqual([1, 2, 3]);
  } finally {
    await api.close();
  }
});

test('a plane that follows none of the shards has nothing to apply', async () => {
  const api = await startTestApi();
  try {
    api.facts.push(...placed());
    await add(api);
    await send(api, receiptNote(aReceipt({ shards: [6] })));
    const { json } = await api.ask({ path: `/v1/facts/where?fact=${ID}` });
    expect(json).toMatchObject({ planes: [{ standing: 'elsewhere', since: null }] });
  } finally {
    await api.close();
  }
});

test.each(['', `fact=x`, `fact=${ID}&operation=${OPERATION}`, `tenant=${ACME}`, 'seq=1'])(
  'the question "%s" is refused',
  async (query) => {
    const api = await startTestApi();
    try {
      expect((await api.ask({ path: `/v1/facts/where?${query}` })).status).toBe(400);
    } finally {
      await api.close();
    }
  },
);
