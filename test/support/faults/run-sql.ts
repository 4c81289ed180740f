import { request, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Place } from './real-outside.ts';

interface Answer {
  readonly results: readonly { readonly response?: { readonly result?: { rows: unknown[] } } }[];
}

/** Rows of each statement in a namespace of a libSQL server, past the adapter. */
export async function runSql(
  { host, port }: Place,
  namespace: string,
  ...statements: readonly string[]
): Promise<unknown[]> {
  const requests = statements.map((sql) => ({ type: 'execute', stmt: { sql } }));
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    // The namespace is the first label of the Host header, which `fetch` does not let us set.
    const headers = { host: `${namespace}.localhost`, 'content-type': 'application/json' };
    request({ host, port, path: '/v2/pipeline', method: 'POST', headers })
      .once('response', resolve)
      .once('error', reject)
      .end(JSON.stringify({ requests: [...requests, { type: 'close' }] }));
  });
  const { results } = (await json(response)) as Answer;
  return results.slice(0, statements.length).map(({ response: each }) => each?.result?.rows);
}
