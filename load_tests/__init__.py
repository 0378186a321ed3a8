"""Load generator, benchmarks and fault drills. Of ours it imports `channels.protocol` only."""
