"""The roll-call and its baton."""
