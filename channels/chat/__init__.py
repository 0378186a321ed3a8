"""Conversation: rooms of branches and groups, direct talk, threads, reactions, pins, attachments."""
