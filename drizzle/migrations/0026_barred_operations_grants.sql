-- Worker: the doctor bars what it closes.
GRANT UPDATE ("barred") ON "operations" TO "tenure_worker";
