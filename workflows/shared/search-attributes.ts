import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** What operators filter by in the Temporal UI (DESIGN 5.9). Keywords, free of personal data. */
export const tenantIdKey = defineSearchAttributeKey('TenantId', SearchAttributeType.KEYWORD);
/** Set on a change of state only: each write costs. */
export const sagaStateKey = defineSearchAttributeKey('SagaState', SearchAttributeType.KEYWORD);
export const sagaStepKey = defineSearchAttributeKey('SagaStep', SearchAttributeType.KEYWORD);
