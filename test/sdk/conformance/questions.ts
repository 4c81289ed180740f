import { ISSUER } from '../support/fact-writer.ts';
import { projectId } from '../support/tenants.ts';
import { MEMBERS, PRODUCTS, TENANTS, THIEF, subOf } from './true-log.ts';

export type CanQuestion = {
  op: 'can';
  issuer: string;
  sub: string;
  permission: string;
  tenant: string;
  project?: string;
};
export type EntitlementQuestion = { op: 'entitlement'; tenant: string; product: string };
export type Question = CanQuestion | EntitlementQuestion;

const canQuestions = (tenant: string, sub: string): CanQuestion[] => {
  const identity = { op: 'can', issuer: ISSUER, sub, tenant } as const;
  return [
    { ...identity, permission: 'invoice:read' },
    { ...identity, permission: 'invoice:write' },
    { ...identity, permission: 'page:write', project: projectId(1) },
    { ...identity, permission: 'page:write', project: projectId(2) },
  ];
};

/** Everybody, the thief too, everywhere: what is not in the true log shows in one of them. */
export const QUESTIONS: readonly Question[] = TENANTS.flatMap((tenant) => [
  ...[...MEMBERS.map(subOf), THIEF.sub].flatMap((sub) => canQuestions(tenant, sub)),
  ...PRODUCTS.map((product) => ({ op: 'entitlement', tenant, product }) as const),
]);
