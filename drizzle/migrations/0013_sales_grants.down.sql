-- Undo of 0013_sales_grants.
REVOKE INSERT ON "operations" FROM "tenure_worker";
REVOKE DELETE ON "entitlements" FROM "tenure_worker";
REVOKE ALL ON "product_requests", "trials", "usage"
  FROM "tenure_api", "tenure_worker", "tenure_operator";
ALTER TABLE "product_requests" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "trials" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "usage" NO FORCE ROW LEVEL SECURITY;
