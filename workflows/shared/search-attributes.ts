import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { SAGA_STATE, SAGA_STEP } from '../../domain/saga-protocol.ts';

export const sagaStateKey = defineSearchAttributeKey(SAGA_STATE, SearchAttributeType.KEYWORD);
export const sagaStepKey = defineSearchAttributeKey(SAGA_STEP, SearchAttributeType.KEYWORD);
