"""The wire: models, envelopes, error and close code tables. Imports pydantic and the standard library only."""
