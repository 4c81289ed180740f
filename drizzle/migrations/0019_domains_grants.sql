-- Least grants per role. Names are read tenant by tenant; the worker sees whose a name is.
ALTER TABLE "domains" FORCE ROW LEVEL SECURITY;

-- API: claims, and shows. What becomes of a claim is the worker's.
GRANT SELECT, INSERT ON "domains" TO "tenure_api";

GRANT SELECT ON "domains" TO "tenure_worker";
GRANT UPDATE ("state", "proven_at", "ended_at", "lost_to") ON "domains" TO "tenure_worker";

-- Operator: the doctor compares names with routes.
GRANT SELECT ON "domains" TO "tenure_operator";
