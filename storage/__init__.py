"""Ground floor: ids, clock, MongoDB, Redis, files. Imports nothing of ours; every floor above may import it."""
