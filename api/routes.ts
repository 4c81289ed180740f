import { listFacts } from './facts/routes.ts';
import { getHealth, getReadiness } from './health/routes.ts';
import type { Route } from './http/route.ts';
import {
  getInvitation,
  inviteMember,
  listInvitations,
  resendInvitation,
  revokeInvitation,
} from './invitations/routes.ts';
import { getJwks } from './log/jwks.ts';
import { getState, getStateNode, getStateOfTenant } from './log/state.ts';
import { getTile } from './log/tiles.ts';
import { getCheckpoint, getHeartbeat, getKeySet } from './log/routes.ts';
import { changeMemberRoles, listMembers } from './members/routes.ts';
import { addPlane, listPlanes, removePlane } from './planes/routes.ts';
import { takeReceipt } from './planes/receipts.ts';
import { whereFacts } from './planes/where.ts';
import type { ApiPorts } from './ports.ts';
import { getReconciliation, reconcileAll, reconcileTenant } from './reconcile/routes.ts';
import { cancelSaga, getSaga, listSagas, resumeSaga, unwindSaga } from './sagas/routes.ts';
import { createTenant } from './tenants/create.ts';
import { cancelTenant, unfreezeTenant } from './tenants/freezing.ts';
import { getTenant, getTenantBySlug, listTenants } from './tenants/read.ts';

/** Every route, fixed paths before those with a parameter in the same place. */
export const ROUTES: readonly Route<ApiPorts>[] = [
  createTenant,
  listTenants,
  getTenantBySlug,
  getTenant,
  cancelTenant,
  unfreezeTenant,
  listMembers,
  changeMemberRoles,
  inviteMember,
  listInvitations,
  getInvitation,
  resendInvitation,
  revokeInvitation,
  listSagas,
  getSaga,
  resumeSaga,
  unwindSaga,
  cancelSaga,
  reconcileTenant,
  reconcileAll,
  getReconciliation,
  listFacts,
  whereFacts,
  addPlane,
  listPlanes,
  removePlane,
  takeReceipt,
  getKeySet,
  getJwks,
  getCheckpoint,
  getHeartbeat,
  getTile,
  getState,
  getStateOfTenant,
  getStateNode,
  getHealth,
  getReadiness,
];
