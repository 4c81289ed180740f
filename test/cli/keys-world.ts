import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { readManifests } from '../../adapters/manifests/read.ts';
import { systemClock } from '../../adapters/system/clock.ts';
import { systemIds } from '../../adapters/system/ids.ts';
import { runCli } from '../../cli/program.ts';
import type { Rule } from '../../domain/decision.ts';
import { changeRoles } from '../../domain/membership-roles.ts';
import { activateTenant } from '../../domain/provisioning.ts';
import { shardName } from '../../facts/crypto/shard.ts';
import { StoreError } from '../../ports/registry-store.ts';
import { commitStep } from '../../registry/commit.ts';
import { KeyRing } from '../../registry/key-ring.ts';
import { logDuties } from '../../registry/log-duties.ts';
import { declarePlatform } from '../../registry/platform.ts';
import { Publisher } from '../../registry/publisher.ts';
import { Sequencer } from '../../registry/sequencer.ts';
import { openPlane, type Plane } from '../../sdk/typescript/plane.ts';
import { get, start, type NatsServer } from '../../tools/servers/nats.ts';
import { quiet } from '../../tools/servers/progress.ts';
import { startRegistryProcess, type RegistryProcess } from '../../tools/stack/registry-process.ts';
import { DEV_READER_TOKEN } from '../../wiring/config/sections/access.ts';
import { loadConfig } from '../../wiring/config/load.ts';
import { composeSequencer } from '../../wiring/sequencer.ts';
import { registryDatabase, accepted } from '../adapters/postgres/registry-database.ts';
import { provisionRequest, type RegistryDatabase } from '../adapters/postgres/registry-database.ts';
import { eventually } from '../support/eventually.ts';
import { wrongRefusals } from '../support/faults/refusals.ts';

const LOG = { log: 'tenure.example/keys', epoch: 1 };
const SESSION_ENDED = ['store-unavailable', 'store-unknown'];
const ISSUER = 'https://id.example.test/realms/acme';
/** The owner has it by a second role alone. */
const PERMISSION = 'project:deploy';
const PRODUCT = 'workspace';

export interface ShownKeys {
  readonly version: number;
  readonly root: string;
  readonly newestRoot: string;
  readonly keys: readonly {
    role: string;
    keyId: string;
    from: string;
    to: string;
    void: string;
  }[];
}

interface Person {
  readonly tenant: string;
  readonly member: string;
  readonly sub: string;
}

/** A registry on a real database with a leading sequencer, its API, NATS, and a plane. */
export class KeysWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'tenure-keys-'));
  readonly people: Person[] = [];
  database!: RegistryDatabase;
  plane!: Plane;
  readonly refused: string[] = [];
  /** Of the sequencer. */
  readonly reports: string[] = [];
  #env: Record<string, string> = {};
  #nats!: NatsServer;
  #api!: RegistryProcess;
  readonly #stop = new AbortController();
  #sequencing: Promise<void> = Promise.resolve();

  static async start(): Promise<KeysWorld> {
    const world = new KeysWorld();
    world.#nats = await start({ paths: await get(quiet) });
    world.database = await registryDatabase();
    world.#env = {
      DATABASE_URL: world.database.databaseUrl,
      KEY_DIR: join(world.folder, 'keys'),
      CHECKPOINT_DIR: join(world.folder, 'checkpoints'),
      FACT_LOG_ORIGIN: LOG.log,
      NATS_URL: world.#nats.url,
      TEMPORAL_ADDRESS: '127.0.0.1:1',
    };
    const { root } = await world.keys('init', '--root', world.rootFile);
    const platform = { ...world.database.worker, ids: systemIds, clock: systemClock };
    await declarePlatform(platform, LOG, await readManifests());
    world.#api = await startRegistryProcess('api', world.#env, world.folder);
    world.#sequence();
    await world.activate();
    world.plane = await openPlane({
      registryUrl: world.#api.url,
      token: DEV_READER_TOKEN,
      natsUrl: world.#nats.url,
      log: LOG.log,
      root,
      directory: join(world.folder, 'plane'),
    });
    world.plane.on('refused', ({ code, origin }) => {
      world.refused.push(...wrongRefusals([code]).map((wrong) => `${wrong} from ${origin}`));
    });
    await world.plane.ready();
    return world;
  }

  get rootFile(): string {
    return join(this.folder, 'offline.key');
  }

  async jwks(): Promise<readonly Record<string, unknown>[]> {
    const headers = { Authorization: `Bearer ${DEV_READER_TOKEN}` };
    const response = await fetch(`${this.#api.url}/v1/log/jwks`, { headers });
    return ((await response.json()) as { keys: Record<string, unknown>[] }).keys;
  }

  async close(): Promise<void> {
    await this.plane.close();
    this.#stop.abort();
    await this.#sequencing;
    await this.#api.stop();
    await this.database.close();
    await this.#nats.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async run(...args: string[]) {
    let [out, err] = ['', ''];
    const io = {
      env: { ...this.#env, TENURE_URL: this.#api?.url ?? 'http://127.0.0.1:1' },
      tty: false,
      out: (text: string) => (out += text),
      err: (text: string) => (err += text),
    };
    const code = await runCli([...args, '--json'], io);
    return { code, out, err };
  }

  /**
   * Without the one refusal that a revocation brings: facts of the new key that were there before
   * the heartbeat that names it. The plane then asks for the key set, and for the facts.
   */
  refusedButEarly(): string[] {
    return this.refused.filter((refusal) => !refusal.startsWith('key-unknown from '));
  }

  /** A `tenure keys` command that succeeds. */
  async keys<T = ShownKeys>(...args: string[]): Promise<T> {
    const { code, out, err } = await this.run('keys', ...args);
    expect([code, err]).toEqual([0, '']);
    return JSON.parse(out) as T;
  }

  /** A tenant with its first admin. */
  async activate(): Promise<Person> {
    const { id, tenant } = await accepted(
      this.database.api.operations,
      provisionRequest({ plan: 'team' }),
    );
    const person = { tenant, member: randomUUID(), sub: randomUUID() };
    const admin = { adminMember: person.member, adminSub: person.sub };
    const databaseUrl = 'http://db.example.test';
    const command = { tenant, issuer: ISSUER, databaseUrl, ...admin };
    await this.#commit(tenant, 'activate', activateTenant, command, id);
    this.people.push(person);
    return person;
  }

  async allow({ tenant, member }: Person, deploys: boolean): Promise<void> {
    const roles = deploys ? ['org-owner', 'org-deployer'] : ['org-owner'];
    await this.#commit(tenant, 'change', changeRoles, { member, roles });
  }

  /** The log’s size once the outbox is empty. */
  async signedAll(): Promise<number> {
    return eventually(async () => {
      const { rows } = await this.database.admin.query<{ next: string; waiting: string }>(
        'select next_index as next, (select count(*) from outbox) as waiting from log_head',
      );
      return rows[0]?.waiting === '0' ? Number(rows[0].next) : null;
    });
  }

  /** Waits until the plane has the key set, all facts, and a heartbeat that covers them. */
  async planeFollows(version: number): Promise<void> {
    await this.signedAll();
    await eventually(
      async () => {
        const { keySet, heads } = this.plane.stats();
        expect(keySet).toBe(version);
        const { rows } = await this.database.admin.query<{ shard: number; position: string }>(
          'select shard, position from shard_heads where position > 0',
        );
        const reached = Object.entries(heads).map(
          ([name, { position, covered }]) => [name, [position, covered]] as const,
        );
        expect(Object.fromEntries(reached)).toEqual(
          Object.fromEntries(
            rows.map(({ shard, position }) => [shardName(shard), [+position, +position]]),
          ),
        );
      },
      { withinMs: 30_000, what: `the plane follows key set ${version}` },
    );
  }

  planeState() {
    return this.people.map(({ tenant, sub }) => ({
      tenant,
      may: this.plane.can({ issuer: ISSUER, sub }, PERMISSION, tenant).allowed,
      limits: this.plane.entitlement(tenant, PRODUCT).limits,
    }));
  }

  async registryState() {
    const { roles } = await this.database.api.tenants.readCatalog();
    const states = this.people.map(async ({ tenant, member }) => {
      const found = await this.database.api.tenants.findMember(tenant, member);
      const may = found?.roles.some((role) => roles.get(role)?.permissions.includes(PERMISSION));
      const { rows } = await this.database.admin.query<{ limits: object }>(
        'select limits from entitlements where tenant = $1 and product = $2',
        [tenant, PRODUCT],
      );
      return { tenant, may, limits: rows[0]?.limits };
    });
    return Promise.all(states);
  }

  async #commit<C>(
    tenant: string,
    step: string,
    rule: Rule<C>,
    command: C,
    operation: string = randomUUID(),
  ): Promise<void> {
    const { commits } = this.database.worker;
    const common = { operation, step, tenant, actor: 'operator', atMs: Date.now() };
    await commitStep(commits, LOG, { ...common, rule, command, releaseLock: true });
  }

  /** As `workers/sequencer-main.ts` does, without Temporal. */
  #sequence(): void {
    const report = (message: string, cause: unknown) => {
      // Postgres ends the session of one whom the machine stops for two seconds; it leads again.
      const isSession = cause instanceof StoreError && SESSION_ENDED.includes(cause.code);
      if (!isSession) this.reports.push(`${message}: ${String(cause)}`);
    };
    const config = loadConfig('sequencer', this.#env);
    const ports = composeSequencer(config, { report });
    const publisher = new Publisher(ports.stream, ports.facts);
    const keys = new KeyRing(LOG.log, ports.openKeys, ports.facts);
    const duties = logDuties({ ...ports, ...LOG, keys, store: ports.facts, publisher });
    // Twice a second, so that nobody waits for the next heartbeat.
    const often = duties.duties.map((duty) => ({ ...duty, everyMs: () => 0 }));
    const sequencer = new Sequencer({ ...ports, ...duties, duties: often, publisher, report });
    this.#sequencing = sequencer.run(this.#stop.signal).finally(() => ports.close());
  }
}
