import { expect, test } from '@jest/globals';
import { FACTS_MAX_LINES, listFacts } from '../../../api/facts/routes.ts';
import { parseEnvelope } from '../../../facts/core/envelope.ts';
import { parseLine } from '../../../facts/core/line.ts';
import type { SignedFact } from '../../../ports/fact-log.ts';
import { describeAnswers } from '../../support/api/describe-answers.ts';
import { READER, startTestApi } from '../../support/api/test-api.ts';

function fact(shard: number, position: number): SignedFact {
  return {
    id: 'f',
    tenant: 't',
    seq: position,
    payload: new TextEncoder().encode(`{"position":${position}}`),
    leafHash: new Uint8Array(32),
    index: position * 10,
    shard,
    position,
    keyId: '0123456789abcdef0123456789abcdef',
    signature: new Uint8Array(64),
  };
}

describeAnswers({
  route: listFacts,
  valid: () => ({ path: '/v1/facts?shard=0a&from=2' }),
  cases: {
    200: async (api, valid) => {
      api.facts.push(fact(10, 1), fact(10, 2), fact(11, 2), fact(10, 3));
      const answer = await api.ask({ ...valid, token: READER });
      expect(answer.headers.get('Content-Type')).toMatch(/^text\/plain/);
      const lines = answer.text.split('\n');
      expect(lines.pop()).toBe('');
      expect(lines.map((line) => parseLine(line))).toMatchObject([
        { position: 2, index: 20 },
        { position: 3, index: 30 },
      ]);
      const { payload } = parseEnvelope(parseLine(lines[0]!).envelope);
      expect(new TextDecoder().decode(payload)).toBe('{"position":2}');
      return api.ask(valid);
    },
  },
});

test('an answer has at most a thousand lines; from is 1 when absent', async () => {
  const api = await startTestApi();
  try {
    for (let position = 1; position <= FACTS_MAX_LINES + 1; position++)
      api.facts.push(fact(0, position));
    const { text } = await api.ask({ path: '/v1/facts?shard=00' });
    expect(text.match(/\n/g)).toHaveLength(FACTS_MAX_LINES);
    expect(parseLine(text.slice(0, text.indexOf('\n'))).position).toBe(1);
  } finally {
    await api.close();
  }
});

test.each([
  '',
  'shard=0A',
  'shard=100',
  'shard=0a&from=0',
  'shard=0a&from=-1',
  'shard=0a&from=1e3',
])('the query "%s" is refused', async (query) => {
  const api = await startTestApi();
  try {
    expect((await api.ask({ path: `/v1/facts?${query}` })).status).toBe(400);
  } finally {
    await api.close();
  }
});
