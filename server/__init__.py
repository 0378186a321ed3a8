"""Roof: processes, configuration, HTTP, sockets, accounts. May import everything; nothing imports it."""
