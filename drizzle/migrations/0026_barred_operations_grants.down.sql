-- Undo of 0026_barred_operations_grants.
REVOKE UPDATE ("barred") ON "operations" FROM "tenure_worker";
