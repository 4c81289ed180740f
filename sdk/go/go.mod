module tenure.dev/dataplane

go 1.26
