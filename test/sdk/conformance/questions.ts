import { ISSUER } from '../support/fact-writer.ts';
import { projectId } from '../support/tenants.ts';
import { API_KEYS, MEMBERS, PRODUCTS, TENANTS, THIEF, subOf } from './true-log.ts';

type AccessQuestion = {
  issuer: string;
  sub: string;
  permission: string;
  tenant: string;
  project?: string;
};
export type CanQuestion = AccessQuestion & { op: 'can' };
export type ExplainQuestion = AccessQuestion & { op: 'explain' };
export type ApiKeyQuestion = { op: 'apiKey'; key: string; scope?: string; namespace?: string };
export type EntitlementQuestion = { op: 'entitlement'; tenant: string; product: string };
export type Question = CanQuestion | ExplainQuestion | EntitlementQuestion | ApiKeyQuestion;

const canQuestions = (tenant: string, sub: string): CanQuestion[] => {
  const identity = { op: 'can', issuer: ISSUER, sub, tenant } as const;
  return [
    { ...identity, permission: 'invoice:read' },
    { ...identity, permission: 'invoice:write' },
    { ...identity, permission: 'page:write', project: projectId(1) },
    { ...identity, permission: 'page:write', project: projectId(2) },
  ];
};

/** For people: it reads the disk, so that one of each tenant must do. */
const explainQuestion = (tenant: string): ExplainQuestion => {
  const sub = subOf(MEMBERS[0]);
  const asked = { issuer: ISSUER, sub, permission: 'page:write', project: projectId(1) };
  return { op: 'explain', tenant, ...asked };
};

const apiKeyQuestions = (key: string): ApiKeyQuestion[] => [
  { op: 'apiKey', key },
  { op: 'apiKey', key, scope: 'invoice:write' },
  { op: 'apiKey', key, scope: 'invoice:read', namespace: 'billing' },
];

/** As when a character was lost. */
export const MALFORMED_KEY = 'tenure_no-key';

/** Everybody, the thief too, everywhere: what is not in the true log shows in one of them. */
export const QUESTIONS: readonly Question[] = [
  ...TENANTS.flatMap((tenant) => [
    ...[...MEMBERS.map(subOf), THIEF.sub].flatMap((sub) => canQuestions(tenant, sub)),
    ...PRODUCTS.map((product) => ({ op: 'entitlement', tenant, product }) as const),
    explainQuestion(tenant),
  ]),
  ...[...API_KEYS, THIEF.apiKey, MALFORMED_KEY].flatMap(apiKeyQuestions),
];
