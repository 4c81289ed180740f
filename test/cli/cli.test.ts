import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runCli } from '../../cli/program.ts';
import type { LiveSaga } from '../../ports/saga-engine.ts';
import { activate, provision } from '../support/api/provisioned.ts';
import { OPERATOR, startTestApi } from '../support/api/test-api.ts';
import type { TestApi } from '../support/api/test-api.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

async function tenure(args: string, env: Record<string, string> = {}, tty = false): Promise<Ran> {
  let [out, err] = ['', ''];
  const code = await runCli(args.split(' ').filter(Boolean), {
    env: { TENURE_URL: api.url, OPERATOR_TOKEN: OPERATOR, ...env },
    tty,
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err };
}

const PARKED: LiveSaga = {
  state: 'parked',
  step: 'dns',
  reason: 'dns.unavailable',
  attempts: 3,
  steps: [{ name: 'dns', state: 'parked', startedAtMs: 0 }],
};

describe('tenants', () => {
  test('create without anyone watching returns once accepted, and says how to follow', async () => {
    const { code, out } = await tenure('tenants create acme --admin ada@acme.example');
    const [saga] = api.registry.rows.operations.keys();
    expect([code, out]).toEqual([0, expect.stringContaining(`tenure sagas show ${saga} --follow`)]);
  });

  test('create --wait follows the saga to its end', async () => {
    api.engine.onStart = (operation) => api.registry.activate(operation);
    const { code, out } = await tenure('tenants create acme --admin ada@acme.example --wait');
    expect([code, out]).toEqual([0, expect.stringMatching(/state +active/)]);
  });

  test('create --wait of a saga that parks exits with 1 and says what to do', async () => {
    api.engine.live = PARKED;
    const { code, err } = await tenure('tenants create acme --admin a@b.example --wait --json');
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^parked at dns \(dns.unavailable\).*\n.*resume/),
    ]);
  });

  test('create passes name, isolation, plan, demo and the idempotency key', async () => {
    const args =
      'tenants create acme --admin a@b.example --name Acme --isolation pool --plan free --demo --idempotency-key k --json';
    const first = JSON.parse((await tenure(args)).out) as { saga: { id: string }; tenant: object };
    const second = JSON.parse((await tenure(args)).out) as { saga: { id: string } };
    expect(first.tenant).toMatchObject({ displayName: 'Acme', isolation: 'pool', demo: true });
    expect(second.saga.id).toBe(first.saga.id);
  });

  test('a refusal exits with 1 and names the member, the rule and what to do', async () => {
    const { code, err } = await tenure('tenants create Acme --admin a@b.example');
    expect(code).toBe(1);
    expect(err).toContain('/slug: Must be lower case letters, digits and dashes only.');
  });

  test('get finds by slug and by id', async () => {
    const { tenant } = await activate(api);
    for (const name of ['acme', tenant])
      expect(JSON.parse((await tenure(`--json tenants get ${name}`)).out)).toMatchObject({
        id: tenant,
      });
    expect((await tenure('tenants get nobody')).code).toBe(1);
  });

  test('list prints a table, and all pages as JSON', async () => {
    expect((await tenure('tenants list')).out).toContain('No tenants yet.');
    await provision(api);
    const { out } = await tenure('tenants list');
    expect(out.split('\n')[0]).toMatch(/^SLUG +STATE +ISOLATION/);
    expect(JSON.parse((await tenure('tenants list --json')).out)).toMatchObject({
      tenants: [{ slug: 'acme' }],
    });
  });
});

describe('tenants freeze and unfreeze', () => {
  const setState = (state: 'frozen' | 'active') => {
    const { tenants } = api.registry.rows;
    const stateBefore = state === 'frozen' ? 'active' : null;
    for (const tenant of tenants.values())
      tenants.set(tenant.id, { ...tenant, state, stateBefore });
  };

  test('by slug or id, with a reason and a key; it says how to follow', async () => {
    const { tenant } = await activate(api);
    const args = 'tenants freeze acme --reason abuse --idempotency-key k';
    const { code, out } = await tenure(args);
    const [, freeze] = [...api.registry.rows.operations.values()];
    expect(freeze).toMatchObject({ tenant, kind: 'freezeTenant', input: { reason: 'abuse' } });
    expect([code, out]).toEqual([0, expect.stringContaining(`sagas show ${freeze?.id} --follow`)]);
    const again = await tenure(args.replace('acme', tenant).concat(' --json'));
    expect(JSON.parse(again.out)).toMatchObject({ saga: { id: freeze?.id } });
  });

  test('--wait follows the saga to its end', async () => {
    await activate(api);
    setState('frozen');
    expect((await tenure('tenants get acme')).out).toMatch(/state +frozen, was active/);
    api.engine.onStart = (operation) => {
      setState('active');
      api.registry.rows.operations.set(operation, {
        ...api.registry.rows.operations.get(operation)!,
        ...{ state: 'done', endedAtMs: Date.now() },
      });
    };
    const { code, out } = await tenure('tenants unfreeze acme --wait');
    expect([code, out]).toEqual([0, expect.stringMatching(/state +active/)]);
  });

  test('what is refused exits with 1 and says what to do; a reason of no list is a mistake', async () => {
    await activate(api);
    const { code, err } = await tenure('tenants unfreeze acme');
    expect([code, err]).toEqual([1, expect.stringContaining('The tenant is not frozen')]);
    const mistake = await tenure('tenants freeze acme --reason spite');
    expect([mistake.code, mistake.err]).toEqual([2, expect.stringContaining('unpaid')]);
  });
});

describe('sagas', () => {
  test('show prints the checklist, why it waits and what to do', async () => {
    const { saga } = await provision(api);
    api.engine.live = PARKED;
    const { code, out } = await tenure(`sagas show ${saga}`);
    expect(code).toBe(0);
    for (const part of ['STEP', 'dns', 'parked', 'dns.unavailable', 'resume'])
      expect(out).toContain(part);
  });

  test('list filters by state', async () => {
    const { saga } = await provision(api);
    expect((await tenure('sagas list --state running')).out).toContain(saga);
    expect((await tenure('sagas list --state parked')).out).toBe('No such sagas.\n');
  });

  test.each(['resume', 'unwind', 'cancel'])('%s tells the saga', async (command) => {
    const { saga } = await provision(api);
    expect((await tenure(`sagas ${command} ${saga}`)).code).toBe(0);
    expect(api.engine.told).toEqual([[saga, command]]);
  });

  test('a refused command exits with 1 and the reason', async () => {
    const { saga } = await provision(api);
    api.engine.refusal = 'It is past activate.';
    const { code, err } = await tenure(`sagas unwind ${saga}`);
    expect([code, err]).toEqual([1, expect.stringContaining('It is past activate.')]);
  });
});

describe('exit codes and help', () => {
  test.each([
    'tenants create acme',
    'tenants',
    'nonsense',
    'sagas list --state sleeping',
    'tenants get',
    'tenants list --nonsense',
  ])('wrong usage exits with 2: %s', async (args) => {
    const { code, err } = await tenure(args);
    expect([code, err.length > 0]).toEqual([2, true]);
  });

  test('an unreachable registry exits with 3 and says where it was looked for', async () => {
    const { code, err } = await tenure('tenants list', { TENURE_URL: 'http://127.0.0.1:1' });
    expect([code, err]).toEqual([3, expect.stringContaining('http://127.0.0.1:1')]);
  });

  test('a server that is no registry exits with 3', async () => {
    const other = createServer((_request, response) => response.end('<html>'));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
      expect((await tenure(`--url ${url} tenants list`)).code).toBe(3);
    } finally {
      other.close();
      other.closeAllConnections();
    }
  });

  test('a wrong token exits with 1 and names the variable', async () => {
    const { code, err } = await tenure('tenants list', { OPERATOR_TOKEN: 'another-token-of-16' });
    expect([code, err]).toEqual([1, expect.stringContaining('OPERATOR_TOKEN')]);
  });

  test.each(['--help', 'tenants create --help', 'sagas --help', 'migrate --help'])(
    'help teaches and exits with 0: %s',
    async (args) => {
      const { code, out } = await tenure(args);
      expect([code, out]).toEqual([0, expect.stringContaining('Usage: tenure')]);
    },
  );

  test('the help of tenure begins with examples that are commands', async () => {
    const { out } = await tenure('--help');
    const examples = [...out.matchAll(/\$ tenure ([a-z]+) ([a-z]+)/g)];
    expect(examples.length).toBeGreaterThan(2);
    for (const [, group, command] of examples)
      expect((await tenure(`${group} ${command} --help`)).code).toBe(0);
  });
});

describe('config', () => {
  test('prints what was understood, without the token', async () => {
    const { code, out } = await tenure('config --print', {
      DATABASE_URL: 'postgres://u:pw12@db/x',
    });
    expect([code, out]).toEqual([0, expect.stringContaining('url: postgres://***@db/x')]);
    expect(out).not.toMatch(new RegExp(`${OPERATOR}|pw12`));
  });

  test('a wrong environment exits with 2 and names every variable', async () => {
    const { code, err } = await tenure('config', { ADDR: 'x', NATS_URL: 'y' });
    expect([code, err]).toEqual([2, expect.stringMatching(/ADDR[^]*NATS_URL/)]);
  });
});

describe('migrate', () => {
  test('an unreachable Postgres exits with 3', async () => {
    const { code, err } = await tenure('migrate version', {
      DATABASE_URL: 'postgres://127.0.0.1:1/x',
    });
    expect([code, err]).toEqual([3, expect.stringContaining('DATABASE_URL')]);
  });

  test('down is refused in prod', async () => {
    const { code, err } = await tenure('migrate down', { APP_ENV: 'prod' });
    expect([code, err]).toEqual([1, expect.stringContaining('prod')]);
  });
});

describe('sagas resume --all-parked', () => {
  const RESUME = 'sagas resume --all-parked';

  /** Two sagas that wait for different reasons, and one that runs. */
  async function somePark(): Promise<string[]> {
    for (const slug of ['one', 'two', 'three'])
      await tenure(`tenants create ${slug} --admin ada@acme.example`);
    const [one = '', two = '', three = ''] = api.registry.rows.operations.keys();
    const park = (id: string, code: string) => {
      const reason = { step: 'identity', code, message: 'It does not answer.' };
      const progress = { state: 'parked', reason, steps: PARKED.steps } as const;
      return api.registry.operations.recordProgress(id, progress, 1_000);
    };
    await park(one, 'identity.unavailable');
    await park(two, 'dns.unavailable');
    return [one, two, three];
  }
  const toldTo = () => api.engine.told.map(([id, command]) => `${command} ${id}`).toSorted();

  test('tells every saga that is parked, and no other', async () => {
    const [one, two] = await somePark();
    expect((await tenure('sagas list --parked')).out).toContain(two);
    const { code, out } = await tenure(RESUME);
    expect(toldTo()).toEqual([`resume ${one}`, `resume ${two}`].toSorted());
    expect([code, out]).toEqual([0, expect.stringMatching(/dns\.unavailable +resumed/)]);
  });

  test('tells only those that are parked for the reason', async () => {
    const [one] = await somePark();
    expect((await tenure(`${RESUME} --reason identity.unavailable`)).code).toBe(0);
    expect(toldTo()).toEqual([`resume ${one}`]);
    expect((await tenure(`${RESUME} --reason route.foreign`)).out).toMatch(/^No saga is parked/);
  });

  test('shows the refusals in the table, and exits with 1', async () => {
    await somePark();
    api.engine.refusal = 'It is not parked.';
    const { code, out, err } = await tenure(RESUME);
    expect(out.match(/It is not parked\./g)).toHaveLength(2);
    expect([code, err]).toEqual([1, expect.stringContaining('2 of 2 were not told.')]);
  });

  test('an API that does not answer ends it with 3', async () => {
    expect((await tenure(RESUME, { TENURE_URL: 'http://127.0.0.1:9' })).code).toBe(3);
  });

  test.each([
    'sagas resume',
    'sagas resume 7f3a --all-parked',
    'sagas resume 7f3a --reason dns.unavailable',
    'sagas list --parked --state running',
  ])('"%s" is refused as usage', async (args) => {
    expect((await tenure(args)).code).toBe(2);
  });
});
