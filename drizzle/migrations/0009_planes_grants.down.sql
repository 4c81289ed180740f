-- Undo of 0009_planes_grants.
REVOKE ALL ON "planes", "plane_receipts", "commits" FROM "tenure_operator";
