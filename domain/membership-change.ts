import type { Rule } from './decision.ts';
import { deactivateMember, reactivateMember } from './membership-activity.ts';
import { removeMember } from './membership-end.ts';
import { changeRoles, type ChangeRoles } from './membership-roles.ts';
import { transferOwnership, type TransferOwnership } from './ownership.ts';

/** What may be changed of a membership, and so which way its saga goes. */
export const MEMBERSHIP_CHANGES = [
  'roles',
  'deactivate',
  'reactivate',
  'leave',
  'transfer-ownership',
] as const;
export type MembershipChangeName = (typeof MEMBERSHIP_CHANGES)[number];

/** The accepted request. */
export type MembershipChange =
  /** Without a name in rows from before there were others. */
  | ({ readonly change?: 'roles' } & ChangeRoles)
  /** `leave`: also of one who is sent away. */
  | { readonly change: 'deactivate' | 'reactivate' | 'leave'; readonly member: string }
  | ({ readonly change: 'transfer-ownership' } & TransferOwnership);

/** `subs`: of the members at the tenant's issuer, by id, for when no row knows them any more. */
export type MembershipInput = MembershipChange & {
  readonly subs?: Readonly<Record<string, string>>;
};

type Input = Readonly<Record<string, unknown>>;

const MEMBERS: Readonly<Record<MembershipChangeName, readonly string[]>> = {
  roles: ['member'],
  deactivate: ['member'],
  reactivate: ['member'],
  leave: ['member'],
  'transfer-ownership': ['from', 'to'],
};

/** Throws TypeError for a row of another kind: our own writing, so a bug. */
export function membershipChangeOf(input: Input): MembershipInput {
  const name = MEMBERSHIP_CHANGES.find((known) => known === (input['change'] ?? 'roles'));
  const holds =
    name !== undefined &&
    MEMBERS[name].every((member) => typeof input[member] === 'string') &&
    (name !== 'roles' || Array.isArray(input['roles']));
  if (!holds) throw new TypeError('not the input of changeMembership');
  return input as unknown as MembershipInput;
}

/** Ids of those whom it is about. */
export function membersOf(change: MembershipChange): readonly string[] {
  return change.change === 'transfer-ownership' ? [change.from, change.to] : [change.member];
}

/** Each change has a rule of its own. */
export const changeMembership: Rule<MembershipChange> = (view, command, nowMs) => {
  switch (command.change) {
    case 'deactivate':
      return deactivateMember(view, command, nowMs);
    case 'reactivate':
      return reactivateMember(view, command, nowMs);
    case 'leave':
      return removeMember(view, command, nowMs);
    case 'transfer-ownership':
      return transferOwnership(view, command, nowMs);
    default:
      return changeRoles(view, command, nowMs);
  }
};
