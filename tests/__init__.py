"""Tests of Huitang; the tree mirrors the source tree."""
