"""Wire models of topic `meeting:<id>`; one module per part of a meeting."""
