#!/usr/bin/env node
// Plain JavaScript for whatever Node the shell finds: hands over to the Node 24 that npm installed,
// which runs TypeScript as it stands.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24;
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const installed = path('../node_modules/.bin/node');

if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
  await import('./main.ts');
} else if (existsSync(installed)) {
  const args = [path('./main.ts'), ...process.argv.slice(2)];
  process.exitCode = spawnSync(installed, args, { stdio: 'inherit' }).status ?? 1;
} else {
  process.stderr.write('tenure needs Node 24: run "npm install" in its folder first.\n');
  process.exitCode = 1;
}
