"""Database servers as children of ours: for trial, development and tests. They live and die with this process."""
