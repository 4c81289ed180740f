import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { MAX_CHANGES } from '../../../api/http/rate-limit.ts';
import type { Route } from '../../../api/http/route.ts';
import { problemsOf } from '../../../api/openapi/document.ts';
import type { ApiPorts } from '../../../api/ports.ts';
import { PROBLEM_KINDS, problemType } from '../../../api/problem-codes.ts';
import type { ProblemCode } from '../../../api/problem-codes.ts';
import { StoreError } from '../../../ports/registry-store.ts';
import { READER, startTestApi } from './test-api.ts';
import type { Answer, Ask, TestApi } from './test-api.ts';

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

type Case = (api: TestApi, valid: Ask) => Promise<Answer>;

export interface Answers {
  readonly route: Route<ApiPorts>;
  /** A request that the route answers with success, after what has to be there is there. */
  readonly valid: (api: TestApi) => Ask | Promise<Ask>;
  /** By status of success or code of problem; those that every route has alike are known here. */
  readonly cases: Readonly<Record<string, Case>>;
}

/**
 * One test for each answer that the document promises for the route: a promised answer without a
 * case fails, and so does a case that nothing promises.
 */
export function describeAnswers({ route: { spec }, valid, cases }: Answers): void {
  const promised = [...Object.keys(spec.replies), ...problemsOf(spec)];
  describe(spec.operationId, () => {
    let api: TestApi;
    beforeEach(async () => {
      api = await startTestApi();
    });
    afterEach(() => api.close());

    test.each(promised)('answers %s', async (name) => {
      const run = cases[name] ?? COMMON[name as ProblemCode];
      if (run === undefined) throw new Error(`no case makes ${spec.operationId} answer ${name}`);
      const answer = await run(api, await valid(api));
      const reply = spec.replies[Number(name)];
      if (reply === undefined) expectProblem(answer, name as ProblemCode);
      else {
        expect([answer.text, answer.status]).toEqual([answer.text, Number(name)]);
        // The strict shape: nothing is shown that the document does not name.
        if (reply.body !== undefined) expect(reply.body.parse(answer.json)).toEqual(answer.json);
      }
    });

    test('has no case that the document does not promise', () => {
      expect(promised).toEqual(expect.arrayContaining(Object.keys(cases)));
    });
  });
}

export function expectProblem(answer: Answer, code: ProblemCode): void {
  const { status, title, whatToDo } = PROBLEM_KINDS[code];
  expect(answer.json).toMatchObject({ type: problemType(code), status, title, whatToDo });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
}

/** What had to be there first may have been counted as well; the window does not end meanwhile. */
async function onceTooOften(api: TestApi, valid: Ask): Promise<Answer> {
  const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now());
  try {
    let answer = await api.ask(valid);
    for (let more = 0; more < MAX_CHANGES.count && answer.status !== 429; more += 1)
      answer = await api.ask(valid);
    return answer;
  } finally {
    clock.mockRestore();
  }
}

const COMMON: Partial<Record<ProblemCode, Case>> = {
  unauthorized: async (api, valid) => {
    const answer = await api.ask({ ...valid, token: null });
    expect(answer.headers.get('WWW-Authenticate')).toMatch(/^Bearer/);
    return answer;
  },
  forbidden: (api, valid) => api.ask({ ...valid, token: READER }),
  internal: async (api, valid) => {
    api.breakStore(new Error('the internal text'));
    const answer = await api.ask(valid);
    expect(answer.text).not.toContain('the internal text');
    expect(api.log.join()).toContain('the internal text');
    return answer;
  },
  'store-unavailable': async (api, valid) => {
    api.breakStore(new StoreError('store-unavailable', 'refused'));
    const answer = await api.ask(valid);
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0);
    return answer;
  },
  'store-unknown': (api, valid) => {
    api.breakStore(new StoreError('store-unknown', 'lost'));
    return api.ask(valid);
  },
  'store-full': (api, valid) => {
    api.breakStore(new StoreError('store-full', 'full'));
    return api.ask(valid);
  },
  'tenant-rate': async (api, valid) => {
    const answer = await onceTooOften(api, valid);
    expect(answer.headers.get('Retry-After')).toMatch(/^[1-5]$/);
    return answer;
  },
  'not-found': (api, valid) => api.ask({ ...valid, path: valid.path.replace(UUID, randomUUID()) }),
  'body-malformed': (api, valid) => api.ask({ ...valid, raw: '{"slug":' }),
  'body-too-large': (api, valid) => api.ask({ ...valid, raw: `{"a":"${'a'.repeat(65_536)}"}` }),
  'content-type-unsupported': (api, valid) =>
    api.ask({ ...valid, headers: { ...valid.headers, 'Content-Type': 'text/plain' } }),
  'request-invalid': (api, valid) => {
    if (valid.body !== undefined)
      return api.ask({ ...valid, body: { ...(valid.body as object), unknown: 1 } });
    if (UUID.test(valid.path)) return api.ask({ ...valid, path: valid.path.replace(UUID, 'x') });
    return api.ask({ ...valid, path: `${valid.path}${valid.path.includes('?') ? '&' : '?'}x=1` });
  },
};
