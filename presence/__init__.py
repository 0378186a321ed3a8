"""Engine: who is here. Speaks plain values; may import storage; never imports moderation, channels or server."""
