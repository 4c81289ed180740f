-- Undo of 0021_reconcile_grants.
REVOKE ALL ON "reconciliations" FROM "tenure_worker", "tenure_api", "tenure_operator";
