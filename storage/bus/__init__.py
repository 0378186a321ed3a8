"""Wake-ups between processes: a port and its two adapters."""
