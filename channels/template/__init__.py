"""Changing the template of an organisation: proposed by one officer, decided by another, told to all members."""
