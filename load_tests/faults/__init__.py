"""Fault drills: programs of a house are killed while members talk, and the accounts of everybody are compared afterwards."""
