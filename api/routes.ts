import {
  addDomain,
  getDomain,
  listDomains,
  lookForDomain,
  removeDomain,
} from './domains/routes.ts';
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
import {
  changeMemberRoles,
  deactivateMember,
  reactivateMember,
  removeMember,
  transferOwnership,
} from './members/change.ts';
import { listMembers } from './members/routes.ts';
import { getEntitlements, setUsage } from './plans/entitlements.ts';
import { activateTenant, changePlan } from './plans/change.ts';
import { listPlans, listProducts } from './plans/catalog.ts';
import { addPlane, listPlanes, removePlane } from './planes/routes.ts';
import { takeReceipt } from './planes/receipts.ts';
import { whereFacts } from './planes/where.ts';
import type { ApiPorts } from './ports.ts';
import { answerProductRequest } from './product-requests/answer.ts';
import { listProductRequests, requestProduct } from './product-requests/routes.ts';
import { getReconciliation, reconcileAll, reconcileTenant } from './reconcile/routes.ts';
import { cancelSaga, getSaga, listSagas, resumeSaga, unwindSaga } from './sagas/routes.ts';
import { createTenant } from './tenants/create.ts';
import { cancelTenant, unfreezeTenant } from './tenants/freezing.ts';
import { moveTenant } from './tenants/moving.ts';
import { getExport, offboardTenant, revokeOffboarding } from './tenants/offboarding.ts';
import { getTenant, getTenantBySlug, listTenants } from './tenants/read.ts';
import { extendTrial, getTrial } from './trials/routes.ts';

/** Every route, fixed paths before those with a parameter in the same place. */
export const ROUTES: readonly Route<ApiPorts>[] = [
  createTenant,
  listTenants,
  getTenantBySlug,
  getTenant,
  cancelTenant,
  unfreezeTenant,
  offboardTenant,
  revokeOffboarding,
  getExport,
  moveTenant,
  listMembers,
  changeMemberRoles,
  deactivateMember,
  reactivateMember,
  removeMember,
  transferOwnership,
  inviteMember,
  listInvitations,
  getInvitation,
  resendInvitation,
  revokeInvitation,
  addDomain,
  listDomains,
  getDomain,
  removeDomain,
  lookForDomain,
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
  listPlans,
  listProducts,
  changePlan,
  activateTenant,
  getEntitlements,
  setUsage,
  requestProduct,
  listProductRequests,
  answerProductRequest,
  getTrial,
  extendTrial,
];
