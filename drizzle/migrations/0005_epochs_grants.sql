-- A commit names the epoch in its facts.
GRANT SELECT ("epoch") ON "log_head" TO "tenure_worker";
