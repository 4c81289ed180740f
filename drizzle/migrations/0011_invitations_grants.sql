-- Least grants per role. Invited addresses are read tenant by tenant; operators read none.
ALTER TABLE "invitations" FORCE ROW LEVEL SECURITY;

-- API: invites, and ends what people end. Tokens come from the worker.
GRANT SELECT, INSERT ON "invitations" TO "tenure_api";
GRANT UPDATE ("state", "token_hash", "issuer", "sub", "ended_at", "ended_by")
  ON "invitations" TO "tenure_api";

-- Worker: mails and settles; takes back what the rule refused, and members that never came.
GRANT SELECT, DELETE ON "invitations" TO "tenure_worker";
GRANT UPDATE ("state", "mailing", "token_hash", "expires_at", "ended_at", "settled_at")
  ON "invitations" TO "tenure_worker";
GRANT DELETE ON "memberships" TO "tenure_worker";
