-- Worker: names of domains may be personal, and go with their tenant.
GRANT DELETE ON "domains" TO "tenure_worker";
