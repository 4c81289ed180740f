-- FORCE ROW LEVEL SECURITY, and least grants per role.
ALTER TABLE "product_requests" FORCE ROW LEVEL SECURITY;
ALTER TABLE "trials" FORCE ROW LEVEL SECURITY;
ALTER TABLE "usage" FORCE ROW LEVEL SECURITY;

-- API: takes requests for products and reports of use, and shows them.
GRANT SELECT, INSERT ON "product_requests" TO "tenure_api";
GRANT SELECT, INSERT, UPDATE ON "usage" TO "tenure_api";
GRANT SELECT ON "trials" TO "tenure_api";

-- Worker: commits. An entitlement that is not sold any more goes; a commit may accept an operation.
GRANT SELECT, UPDATE ON "product_requests" TO "tenure_worker";
GRANT SELECT ON "usage" TO "tenure_worker";
GRANT SELECT, INSERT, UPDATE ON "trials" TO "tenure_worker";
GRANT DELETE ON "entitlements" TO "tenure_worker";
GRANT INSERT ON "operations" TO "tenure_worker";

GRANT SELECT ON "product_requests", "trials", "usage" TO "tenure_operator";
