"""Rooms: the wire protocol, the core pipeline and the features, listed in `channels.catalog`."""
