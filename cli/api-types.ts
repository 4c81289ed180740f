/** The parts of the API's answers that commands print (openapi.yaml has them whole). */

export interface TenantBody {
  readonly id: string;
  readonly slug: string;
  readonly host: string;
  readonly displayName: string;
  readonly state: string;
  readonly stateBefore: string | null;
  readonly isolation: string;
  readonly plan: string;
  readonly issuer: string | null;
  readonly databaseUrl: string | null;
  readonly createdAt: string;
}

export interface StepBody {
  readonly name: string;
  readonly state: string;
  readonly ms: number | null;
}

export interface SagaBody {
  readonly id: string;
  readonly kind: string;
  readonly tenant: string;
  readonly state: string;
  readonly live: boolean;
  readonly step: string | null;
  readonly attempts: number | null;
  readonly reason: {
    readonly code: string;
    readonly step: string;
    readonly message: string;
    readonly whatToDo: string;
  } | null;
  readonly steps: readonly StepBody[];
  readonly acceptedAt: string;
  readonly inviteLink?: string;
}

export interface DomainBody {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly record: { readonly name: string; readonly type: string; readonly text: string };
}

export interface MemberBody {
  readonly id: string;
  readonly state: string;
  readonly identity: { readonly issuer: string; readonly sub: string } | null;
  readonly roles: readonly string[];
}

export interface InvitationBody {
  readonly id: string;
  readonly tenant: string;
  readonly member: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly state: string;
  readonly invitedAt: string;
  readonly expiresAt: string | null;
}

export interface FindingBody {
  readonly place: string;
  readonly code: string;
  readonly name: string;
  readonly attribute: {
    readonly name: string;
    readonly wanted: string;
    readonly found: string | null;
  } | null;
  readonly reason: string | null;
  readonly repair: string | null;
  readonly mended: boolean | null;
  readonly whatToDo: string;
}

export interface ReconciliationBody {
  readonly saga: string;
  readonly healthy: boolean;
  readonly findings: readonly FindingBody[];
  readonly begun: readonly string[];
}
