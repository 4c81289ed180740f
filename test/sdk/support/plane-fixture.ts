import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveHandlers } from '../../../sdk/typescript/live-source.ts';
import { createPlane } from '../../../sdk/typescript/plane.ts';
import type { Plane } from '../../../sdk/typescript/plane.ts';
import { createHttpSource } from '../../../sdk/typescript/registry-source.ts';
import type { PlaneOptions } from '../../../sdk/typescript/types.ts';
import { FakeRegistry, TOKEN } from './fake-registry.ts';
import { FactWriter, LOG, memberDraft, tenantDraft, writePlatform } from './fact-writer.ts';
import { ROOT_KEY } from './log-writer.ts';
import { ACME, GLOBEX, SHARD, memberId } from './tenants.ts';

/** Moves only when told. */
class FakeClock {
  nowMs = 1_000_000;
  skewMs = 1_700_000_000_000;
  monotonicMs = (): number => this.nowMs;
  wallMs = (): number => this.nowMs + this.skewMs;
}

/** Roles, two tenants, and Jane, who may read at the first: three facts in `SHARD`. */
export const writeHistory = (writer: FactWriter): void => {
  writePlatform(writer);
  writer.write(ACME, tenantDraft(ACME));
  writer.write(ACME, memberDraft(memberId(1), 'jane', ['viewer']));
  writer.write(GLOBEX, tenantDraft(GLOBEX));
};

/** Planes on one directory, and all that they talk to. */
export class PlaneFixture {
  readonly clock = new FakeClock();
  readonly writer = new FactWriter();
  readonly registry = new FakeRegistry(this.writer, this.clock.wallMs);
  readonly directory = mkdtempSync(join(tmpdir(), 'tenure-plane-'));
  registryUrl = '';
  /** The stream into the plane that was opened last. */
  live: LiveHandlers | undefined;
  readonly opened: Plane[] = [];

  static async start(): Promise<PlaneFixture> {
    const fixture = new PlaneFixture();
    writeHistory(fixture.writer);
    fixture.registryUrl = await fixture.registry.listen();
    return fixture;
  }

  options(overrides: Partial<PlaneOptions> = {}): PlaneOptions {
    return {
      registryUrl: this.registryUrl,
      token: TOKEN,
      log: LOG,
      root: ROOT_KEY,
      shards: [SHARD],
      directory: this.directory,
      ...overrides,
    };
  }

  async open(overrides: Partial<PlaneOptions> = {}): Promise<Plane> {
    const plane = await createPlane(this.options(overrides), {
      source: createHttpSource(this.registryUrl, TOKEN),
      openLive: (_, handlers) => {
        this.live = handlers;
        return { close: () => Promise.resolve() };
      },
      clock: this.clock,
    });
    this.opened.push(plane);
    return plane;
  }

  async stop(): Promise<void> {
    await Promise.all(this.opened.map((plane) => plane.close()));
    await this.registry.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
