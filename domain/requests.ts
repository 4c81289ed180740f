/**
 * What `Operation.input` holds, per kind. The accepted request after its defaults and with every id
 * that the saga will need, so that each retry of each step writes the same (DESIGN 5.7).
 */
import { ISOLATION_MODES, type Isolation } from './isolation.ts';

/** An identity provider that the tenant brings; its client secret is kept apart, sealed. */
export interface IdentityProviderInput {
  readonly alias: string;
  readonly issuer: string;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly jwksUrl: string;
  readonly userInfoUrl?: string;
  readonly clientId: string;
}

export interface ProvisionInput {
  readonly slug: string;
  readonly host: string;
  readonly displayName: string;
  readonly isolation: Isolation;
  readonly plan: string;
  readonly demo: boolean;
  readonly adminEmail: string;
  /** UUID of the first admin's user, where the identity provider honours it. */
  readonly adminUserId: string;
  /** UUID of the first admin's membership. */
  readonly adminMember: string;
  readonly identityProviders: readonly IdentityProviderInput[];
  /** UUID of the `runTrial` that follows; absent: it is no trial. */
  readonly trialOperation?: string;
}

/** The address is in the invitation's row alone. */
export interface InviteInput {
  readonly member: string;
  readonly roles: readonly string[];
}

type Input = Readonly<Record<string, unknown>>;

/** Name of the sealed client secret of an identity provider of the tenant. */
export function identityProviderSecret(alias: string): string {
  return `identity-provider/${alias}`;
}

/** Throws TypeError for a row of another kind: our own writing, so a bug. */
export function provisionInputOf(input: Input): ProvisionInput {
  const strings = ['slug', 'host', 'displayName', 'plan', 'adminEmail', 'adminUserId'];
  const holds =
    [...strings, 'adminMember'].every((name) => typeof input[name] === 'string') &&
    ISOLATION_MODES.some((mode) => mode === input['isolation']) &&
    typeof input['demo'] === 'boolean' &&
    Array.isArray(input['identityProviders']);
  if (!holds) throw new TypeError('not the input of provisionTenant');
  return input as unknown as ProvisionInput;
}

/** Throws TypeError for a row of another kind: our own writing, so a bug. */
export function inviteInputOf(input: Input): InviteInput {
  if (typeof input['member'] !== 'string' || !Array.isArray(input['roles'])) {
    throw new TypeError('not the input of inviteMember');
  }
  return input as unknown as InviteInput;
}
