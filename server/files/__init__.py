"""Uploads: what is taken, how pictures are made anew, how bytes are kept and let go."""
