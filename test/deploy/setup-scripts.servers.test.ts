import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as keycloak from '../../tools/servers/keycloak.ts';
import { run } from '../../tools/servers/command.ts';
import { quiet } from '../../tools/servers/progress.ts';
import * as temporal from '../../tools/servers/temporal.ts';
import { type FixtureTree, writeFixtureTree } from '../architecture/fixture-tree.ts';
import { readTracked } from '../architecture/tracked-files.ts';
import { server } from '../support/servers/server.ts';

let tree: FixtureTree;
beforeAll(() => {
  tree = writeFixtureTree({});
});
afterAll(() => tree.remove());

/** The script with the places of a container replaced by those of this machine. */
function place(script: string, places: Readonly<Record<string, string>>): string {
  let text = readTracked(`deploy/compose/${script}`);
  for (const [there, here] of Object.entries(places)) text = text.replaceAll(there, here);
  const path = join(tree.folder, script);
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}

test('temporal-namespace.sh makes namespace and search attributes, and may run again', async () => {
  const { address } = await server('temporal');
  const { cli } = await temporal.get(quiet);
  const namespace = `compose-${process.pid}`;
  const env = {
    PATH: `${dirname(cli)}:${process.env['PATH']}`,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
  };
  const script = place('temporal-namespace.sh', {});
  await run('sh', [script], { env });
  await run('sh', [script], { env });
  const listing = ['operator', 'search-attribute', 'list', '--namespace', namespace];
  const attributes = await run(cli, listing, { env });
  for (const name of ['TenantId', 'SagaStep', 'SagaState']) expect(attributes).toContain(name);
});

test('keycloak-client.sh makes a client that may make realms, and may run again', async () => {
  const { url, adminPassword } = await server('keycloak');
  const { kc, javaHome } = await keycloak.get(quiet);
  const clientId = `svc-compose-${process.pid}`;
  const secret = 'a-secret-of-this-test';
  writeFileSync(join(tree.folder, 'keycloak-client-secret'), `${secret}\n`);
  const script = place('keycloak-client.sh', {
    '/run/secrets': tree.folder,
    '/opt/keycloak/bin': dirname(kc),
    '/tmp/kcadm.config': join(tree.folder, 'kcadm.config'),
    'http://keycloak:8080': url,
  });
  const env = {
    JAVA_HOME: javaHome,
    KEYCLOAK_ADMIN_PASSWORD: adminPassword,
    KEYCLOAK_CLIENT_ID: clientId,
  };
  await run('bash', [script], { env });
  await run('bash', [script], { env });

  const token = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: secret,
    }),
  });
  const { access_token: bearer } = (await token.json()) as { access_token: string };
  const create = (realm: string) =>
    fetch(`${url}/admin/realms`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify({ realm, enabled: true }),
    });
  expect((await create(clientId)).status).toBe(201);
  const foreign = await fetch(`${url}/admin/realms/master/users`, {
    headers: { authorization: `Bearer ${bearer}` },
  });
  expect(foreign.status).toBe(403);
});
