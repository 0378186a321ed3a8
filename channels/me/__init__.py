"""What concerns one member on all devices: rooms, read cursors, mentions, notices, preferences."""
