"""Forward-only schema changes, one module each: `mNNNN_what.py` with `NUMBER` and `async def apply(mongo)`."""
