"""Minutes and what is exported from them."""
