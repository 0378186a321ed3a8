"""Figures about the running server for Prometheus: counted elsewhere, named, collected and shown here."""
