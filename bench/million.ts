import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { ROOT } from '../tools/run-command.ts';
import type { Progress } from '../tools/servers/progress.ts';
import { writeFacts } from './million-facts.ts';
import { ratioRow, valueRow } from './row.ts';
import type { Row } from './row.ts';

const TENANTS = 10_000;
const FACTS_PER_TENANT = 100;
const FACTS = TENANTS * FACTS_PER_TENANT;
/** DESIGN 8. */
const BOUND_OF_PARSE = 1;
const BOUND_OF_SIGNATURES = 0.01;
const BOUND_DECISION_US = 2;

const FIGURE = z.object({ name: z.string(), unit: z.string(), value: z.number() });

/** A million facts that a plane left on disk: how soon they answer, how fast, and at what cost. */
export async function benchMillion(progress: Progress): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'tenure-million-'));
  try {
    return await progress('a million facts', async () => {
      writeFacts(directory, TENANTS, FACTS_PER_TENANT);
      const parsed = await measure('parse', directory);
      return rowsOf({ ...parsed, ...(await measure('plane', directory)) });
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** In a process of its own, so that neither measures the other's memory. */
async function measure(mode: string, directory: string): Promise<Record<string, number>> {
  const flags = ['--expose-gc', '--disable-warning=ExperimentalWarning'];
  const program = `${ROOT}bench/million-main.ts`;
  const size = [String(TENANTS), String(FACTS_PER_TENANT)];
  const args = [...flags, program, mode, directory, ...size];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const figures = stdout.trim().split('\n');
  return Object.fromEntries(
    figures.map((line) => {
      const { name, value } = FIGURE.parse(JSON.parse(line));
      return [name, value];
    }),
  );
}

function rowsOf(figures: Record<string, number>): Row[] {
  const of = (name: string): number => figures[name] ?? Number.NaN;
  const signaturesMs = (of('signature') * FACTS) / 1_000;
  const answering = 'a million facts verified and answering';
  return [
    ratioRow(`${answering}, to JSON.parse`, 'ms', of('answering'), of('parse'), BOUND_OF_PARSE),
    ratioRow(
      `${answering}, to a signature each`,
      'ms',
      of('answering'),
      signaturesMs,
      BOUND_OF_SIGNATURES,
    ),
    valueRow('a million facts, all of them unpacked', 'ms', of('unpacked'), null),
    valueRow('memory per fact at a million', 'B', of('memory'), null),
    valueRow('decision at a million facts, p50', 'us', of('decision p50'), null),
    valueRow('decision at a million facts, p99', 'us', of('decision p99'), BOUND_DECISION_US),
  ];
}
