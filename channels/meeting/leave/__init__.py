"""Leave, exclusion from the roll, corrections."""
