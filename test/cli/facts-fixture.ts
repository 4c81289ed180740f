import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { runCli } from '../../cli/program.ts';
import { FakeRegistry, TOKEN } from '../sdk/support/fake-registry.ts';
import { FactWriter } from '../sdk/support/fact-writer.ts';
import { ROOT_KEY } from '../sdk/support/log-writer.ts';
import { writeHistory } from '../sdk/support/plane-fixture.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A command that still runs. */
export interface Running {
  out(): string;
  err(): string;
  /** Ctrl-C. */
  interrupt(): void;
  readonly ended: Promise<number>;
}

/** The command line over a small registry: roles, two tenants of one shard, and Jane. */
export class FactsFixture {
  readonly writer = new FactWriter();
  readonly registry = new FakeRegistry(this.writer);
  readonly folder = mkdtempSync(join(tmpdir(), 'tenure-cli-'));
  url = '';

  static async start(): Promise<FactsFixture> {
    const fixture = new FactsFixture();
    writeHistory(fixture.writer);
    fixture.url = await fixture.registry.listen();
    return fixture;
  }

  async stop(): Promise<void> {
    await this.registry.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** All lines, shard after shard, as `GET /v1/facts` gives them. */
  lines(): string[] {
    return [...this.writer.shards.values()].flat();
  }

  /** Writes a file; gives its path. */
  file(lines: readonly string[]): string {
    const path = join(this.folder, 'facts.txt');
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
    return path;
  }

  start(args: readonly string[], { env = {}, input = [] as string[] } = {}): Running {
    let [out, err] = ['', ''];
    let interrupt = (): void => undefined;
    const interrupted = new Promise<void>((resolve) => {
      interrupt = resolve;
    });
    const ended = runCli(args, {
      env: { TENURE_URL: this.url, TENURE_ROOT: ROOT_KEY, READER_TOKEN: TOKEN, ...env },
      tty: false,
      out: (text) => (out += text),
      err: (text) => (err += text),
      // Bytes, as a pipe gives them.
      input: Readable.from(input.map((text) => Buffer.from(text))),
      interrupted: () => interrupted,
    });
    return { out: () => out, err: () => err, interrupt, ended };
  }

  async tenure(
    args: readonly string[],
    around: { env?: Record<string, string>; input?: string[] } = {},
  ): Promise<Ran> {
    const running = this.start(args, around);
    const code = await running.ended;
    return { code, out: running.out(), err: running.err() };
  }
}
