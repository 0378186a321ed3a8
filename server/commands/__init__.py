"""What `huitang` can do from the command line; one module per command word."""
