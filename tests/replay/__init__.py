"""Snapshot before + events == snapshot after, for every command."""
