"""Accounts: log-in, second factor, sessions, codes, tokens, notices. Rules stand in modules without I/O, stores beside."""
