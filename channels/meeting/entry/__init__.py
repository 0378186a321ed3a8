"""Check-in: rounds, codes, claims, passes, manual entries, spot checks, disputes."""
