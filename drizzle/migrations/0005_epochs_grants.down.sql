-- Undo of 0005_epochs_grants.
REVOKE SELECT ("epoch") ON "log_head" FROM "tenure_worker";
