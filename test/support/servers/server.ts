import { request } from 'node:http';
import type { Server, ServerName } from '../../../tools/servers/registry.ts';
import { BROKER_VARIABLE } from './variable.ts';

/** What a server says about itself, without what can be done to it. */
export type Addresses<Name extends ServerName> = {
  [
    Key in keyof Server<Name> as Server<Name>[Key] extends (...args: never[]) => unknown
      ? never
      : Key
  ]: Server<Name>[Key];
};

/**
 * The server that all test files of a run share; the first who asks waits until it is started.
 * A test that kills, stops or slows a server starts one of its own (`tools/servers/<name>.ts`).
 */
export async function server<Name extends ServerName>(name: Name): Promise<Addresses<Name>> {
  const socketPath = process.env[BROKER_VARIABLE];
  if (socketPath === undefined) {
    throw new Error('no shared servers here: name the test file *.servers.test.ts');
  }
  const { status, text } = await ask(socketPath, `/${name}`);
  if (status !== 200) throw new Error(text);
  return JSON.parse(text) as Addresses<Name>;
}

function ask(socketPath: string, path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, agent: false });
    asked.once('error', reject);
    asked.once('response', async (response) => {
      try {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
        resolve({ status: response.statusCode ?? 0, text });
      } catch (error) {
        reject(error as Error);
      }
    });
    asked.end();
  });
}
