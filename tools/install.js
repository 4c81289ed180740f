// First part of `npm run demo`, `npm test` and the like. Plain JavaScript for whatever Node is
// outside, and without imports from node_modules: it runs before there is any of both.
// It installs the packages of package-lock.json unless they are there, and with them the Node that
// runs everything else. (The libraries of Postgres are linked by tools/servers/postgres.ts.)
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 20;
const OLDEST_NPM = 10;
/** What runs the TypeScript sources as they are. */
const INNER_NODE = 24;
const TTY_REFRESH_MS = 1000;
/** Without a terminal a line each second would fill the log. */
const LOG_REFRESH_MS = 10_000;
const TAIL_LINES = 25;

const root = fileURLToPath(new URL('..', import.meta.url));

const problem = (await install()) ?? missingInnerNode();
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}

/** Gives what is wrong in one sentence, or undefined. */
async function install() {
  const node = process.versions.node;
  if (major(node) < OLDEST_NODE) return `Tenure needs Node ${OLDEST_NODE} or newer, not ${node}.`;
  if (upToDate()) return undefined;
  const npm = /npm\/(\S+)/.exec(process.env.npm_config_user_agent ?? '')?.[1];
  if (npm !== undefined && major(npm) < OLDEST_NPM) {
    return `Tenure needs npm ${OLDEST_NPM} or newer, not ${npm}: npm install --global npm.`;
  }
  // `npm rebuild` makes node_modules/.bin/node: npm 10 makes none in `npm ci` when several
  // optional packages would bring it.
  const failed = (await runNpm('ci', '--no-audit')) ?? (await runNpm('rebuild'));
  if (failed !== undefined) return failed;
  return upToDate() ? undefined : 'npm ci ended well, yet not all packages are there.';
}

/**
 * Compares what npm says it installed with the lock, package by package. Times of files would lie:
 * a checkout makes an unchanged lock younger, a copy makes a changed one older.
 */
function upToDate() {
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  if (wanted === undefined) throw new Error('package-lock.json cannot be read.');
  if (installed === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true; // the project itself
    const there = installed[path];
    if (there === undefined) return entry.optional === true || entry.devOptional === true;
    return there.version === entry.version && there.integrity === entry.integrity;
  });
}

function packagesOf(lock) {
  try {
    return JSON.parse(readFileSync(join(root, lock), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function missingInnerNode() {
  const bin = join(root, 'node_modules', '.bin');
  const there = ['node', 'node.cmd'].some((name) => existsSync(join(bin, name)));
  if (there || major(process.versions.node) >= INNER_NODE) return undefined;
  const machine = `${process.platform}-${process.arch}`;
  return `npm has no Node ${INNER_NODE} for ${machine}: install Node ${INNER_NODE} or newer.`;
}

/** Gives undefined when npm ended well. */
function runNpm(...args) {
  const what = `npm ${args[0]}`;
  const outer = process.env.npm_execpath; // the npm that runs us, as a script
  const [command, ...before] = outer?.endsWith('.js') ? [process.execPath, outer] : ['npm'];
  return new Promise((resolve) => {
    const child = spawn(command, [...before, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && before.length === 0, // npm is a script there
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (said += text));
    }
    const stopProgress = showProgress(`Installing packages (${what})`);
    child.once('error', (error) => {
      stopProgress('failed');
      resolve(`${what} could not be run: ${error.message}.`);
    });
    child.once('close', (code) => {
      stopProgress(code === 0 ? 'done' : 'failed');
      const tail = said.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
      resolve(code === 0 ? undefined : `${what} failed; it said:\n${tail}`);
    });
  });
}

function showProgress(what) {
  const startedAt = Date.now();
  const tty = process.stderr.isTTY === true;
  const [start, end] = tty ? ['\r\u001b[2K', ''] : ['', '\n'];
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const show = () => process.stderr.write(`${start}${what} … ${seconds()} s${end}`);
  show();
  const timer = setInterval(show, tty ? TTY_REFRESH_MS : LOG_REFRESH_MS);
  return (ending) => {
    clearInterval(timer);
    process.stderr.write(`${start}${what}: ${ending} after ${seconds()} s\n`);
  };
}

function major(version) {
  return Number(version.split('.')[0]);
}
