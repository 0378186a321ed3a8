"""HTTP under /api/v1: a table of rows, one pipeline before every handler, problem details for every refusal."""
