-- Undo of 0011_invitations_grants.
REVOKE DELETE ON "memberships" FROM "tenure_worker";
REVOKE ALL ON "invitations" FROM "tenure_worker", "tenure_api";
ALTER TABLE "invitations" NO FORCE ROW LEVEL SECURITY;
