"""The pipeline all features share: actor, session, dispatch, hub, recovery. Knows no feature."""
