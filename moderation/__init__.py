"""Engine: limits, measures, audit. Speaks plain values; may import storage; never imports presence, channels or server."""
