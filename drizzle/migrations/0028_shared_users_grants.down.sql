-- Undo of 0028_shared_users_grants.
REVOKE SELECT ("tenant", "email_key", "state", "settled_at") ON "invitations" FROM "tenure_operator";
