"""Replay scenarios of meetings, one module per part."""
