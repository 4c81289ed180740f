import { hashOfApiKey, formatApiKey } from '../../../facts/crypto/api-key.ts';
import { PLATFORM_TENANT } from '../../../facts/core/types.ts';
import { shardOf } from '../../../facts/crypto/shard.ts';
import type { ApiKeyBody } from '../../../facts/core/bodies.ts';
import type { FactDraft } from '../../../facts/core/types.ts';
import { FactWriter, memberDraft, tenantDraft, writePlatform } from '../support/fact-writer.ts';
import { ACME, GLOBEX, OUTSIDER, apiKeyId, memberId, projectId } from '../support/tenants.ts';
import type { Chance } from './chance.ts';

export const TENANTS = [ACME, GLOBEX, OUTSIDER] as const;
export const MEMBERS = [1, 2, 3] as const;
export const PRODUCTS = ['crm', 'mail'] as const;
const keyOf = (n: number): string => formatApiKey(new Uint8Array(24).fill(n));
export const API_KEYS = [1, 2, 3].map(keyOf);
/** Whom only forged facts name. */
export const THIEF = { member: memberId(99), sub: 'thief', apiKey: keyOf(99) } as const;
/** Together with whom a tenant has a state tree of its own. */
const BYSTANDERS = Array.from({ length: 260 }, (_, at) => memberId(1_000 + at));

export const apiKeyDraft = (key: string, body: Partial<ApiKeyBody> = {}): FactDraft => ({
  kind: 'api-key',
  subject: `api-key:${apiKeyId(API_KEYS.indexOf(key) + 1)}`,
  op: 'assert',
  body: { hash: hashOfApiKey(key), scopes: [], namespace: null, until: null, ...body },
});

/** Long ago, and long after any run. */
const ENDS = ['2020-01-01T00:00:00.000Z', '2120-01-01T00:00:00.000Z'];

export const subOf = (member: number): string => `user-${member}`;

/** A line as it was written, and the shard that it belongs to. */
export type Written = { shard: number; line: string };

/** The registry's own log: random changes of what decisions rest on. */
export class TrueLog {
  readonly writer = new FactWriter();
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
    writePlatform(this.writer);
    for (const tenant of TENANTS) {
      this.writer.write(tenant, tenantDraft(tenant));
      const project = { kind: 'project', op: 'assert', body: { state: 'active' } } as const;
      this.writer.write(tenant, { ...project, subject: `project:${projectId(1)}` });
      for (const member of MEMBERS) this.#member(tenant, member);
    }
    for (const member of BYSTANDERS) this.writer.write(OUTSIDER, memberDraft(member, null, []));
  }

  /** Writes one change. */
  change(): Written {
    const tenant = this.#chance.of(TENANTS);
    const write = this.#chance.of([
      () => this.#member(tenant, this.#chance.of(MEMBERS)),
      () => this.#state(tenant),
      () => this.#grant(tenant, memberId(this.#chance.of(MEMBERS))),
      () => this.#entitlement(tenant, this.#chance.of(PRODUCTS)),
      () => this.#apiKey(tenant, this.#chance.of(API_KEYS)),
      () => this.#role(),
    ]);
    return write();
  }

  #member(tenant: string, member: number): Written {
    const roles = this.#chance.of([['owner'], ['viewer'], [], ['viewer', 'owner']]);
    const state = this.#chance.isOneIn(5) ? 'inactive' : 'active';
    const draft = memberDraft(memberId(member), subOf(member), roles, state);
    const gone = { ...draft, op: 'retract', body: {} } as const;
    return this.#write(tenant, this.#chance.isOneIn(8) ? gone : draft);
  }

  #state(tenant: string): Written {
    return this.#write(tenant, tenantDraft(tenant, this.#chance.of(['frozen', 'active', 'trial'])));
  }

  #grant(tenant: string, member: string): Written {
    const body = { member, project: projectId(1), roles: this.#chance.of([['editor'], []]) };
    const subject = `grant:${member}:${projectId(1)}`;
    return this.#write(tenant, { kind: 'grant', subject, op: 'assert', body });
  }

  #entitlement(tenant: string, product: string): Written {
    const until = this.#chance.of([null, ...ENDS]);
    const body = { product, plan: 'team', limits: { seats: this.#chance.below(9) }, until };
    const subject = `entitlement:${product}`;
    return this.#write(tenant, { kind: 'entitlement', subject, op: 'assert', body });
  }

  /** Now and then two tenants have one key: then nobody has. */
  #apiKey(tenant: string, key: string): Written {
    const draft = apiKeyDraft(key, {
      scopes: this.#chance.of([['invoice:read'], ['invoice:read', 'invoice:write'], []]),
      namespace: this.#chance.of([null, 'billing', 'shop']),
      until: this.#chance.of([null, null, ...ENDS]),
    });
    const gone = { ...draft, op: 'retract', body: {} } as const;
    return this.#write(tenant, this.#chance.isOneIn(3) ? gone : draft);
  }

  #role(): Written {
    const permissions = this.#chance.of([['invoice:read'], ['invoice:read', 'invoice:write'], []]);
    const body = { scope: 'tenant', permissions } as const;
    return this.#write(PLATFORM_TENANT, {
      kind: 'role',
      subject: 'role:viewer',
      op: 'assert',
      body,
    });
  }

  #write(tenant: string, draft: Parameters<FactWriter['write']>[1]): Written {
    return { shard: shardOf(tenant), line: this.writer.write(tenant, draft) };
  }
}
