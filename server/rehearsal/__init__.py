"""Fictional organisations for load tests. Nobody in them exists, nobody can sign in to them with a password."""
