-- Operator: whom another tenant has invited keeps its user when the one for whom it was made goes.
GRANT SELECT ("tenant", "email_key", "state", "settled_at") ON "invitations" TO "tenure_operator";
