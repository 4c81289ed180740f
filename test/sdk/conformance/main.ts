// `npm run conformance -- [--mutants N] [--seed N]`: plays vectors, mutants and the hostile relay
// against all kits, and writes docs/reference/conformance.md when nothing was found.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { givenWhole, orRefuse, readArguments } from '../../../tools/command-line.ts';
import { ROOT } from '../../../tools/run-command.ts';
import { get, start } from '../../../tools/servers/nats.ts';
import { createProgress } from '../../../tools/servers/progress.ts';
import type { Finding } from './findings.ts';
import { startKits } from './kits.ts';
import type { Kit } from './kits.ts';
import { formatMatrix } from './matrix.ts';
import { minimise } from './minimise.ts';
import { playMutants } from './play-mutants.ts';
import { playRelay } from './play-relay.ts';
import { playVectors } from './play-vectors.ts';

const PAGE = 'docs/reference/conformance.md';
const RELAY = { rounds: 5, changes: 60 };

const { values } = readArguments('npm run conformance -- [--mutants <n>] [--seed <n>]', {
  options: {
    mutants: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
const [mutants, seed] = orRefuse(() => [
  givenWhole('mutants', values.mutants),
  givenWhole('seed', values.seed),
]);

const startMs = performance.now();
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const tell = async (kits: readonly Kit[], findings: readonly Finding[]): Promise<void> => {
  const small = await Promise.all(findings.map((finding) => minimise(kits, finding)));
  const file = join(mkdtempSync(join(tmpdir(), 'tenure-conformance-')), 'findings.json');
  writeFileSync(file, `${JSON.stringify(small, null, 2)}\n`);
  for (const { what, where } of small) say(`x ${what}: ${where}`);
  say(`${small.length} findings, to be played again: ${file}`);
  process.exitCode = 1;
};

const progress = createProgress();
const running = await startKits(progress);
const nats = await start({ paths: await get(progress) });
try {
  const { kits } = running;
  say(`seed ${seed}`);
  const played = await playVectors(kits);
  say(`vectors: ${played.findings.length} findings`);
  const relay = await playRelay(kits, nats.url, { ...RELAY, seed });
  say(`relay: every round healed, after ${relay.healedAfterMs.join(', ')} ms`);
  const mutated = await playMutants(kits, { seed, mutants });
  say(`mutants: ${mutated.played}, ${mutated.perSecond} a second`);
  const findings = [...played.findings, ...mutated.findings];
  const date = new Date().toISOString().slice(0, 10);
  const seconds = Math.round((performance.now() - startMs) / 1000);
  const report = { date, seconds, vectors: played, mutants: mutated, relay };
  if (findings.length > 0) await tell(kits, findings);
  else writeFileSync(ROOT + PAGE, formatMatrix(report));
} finally {
  await running.end();
  await nats.stop();
}
