"""One module for each scenario; `load_tests.table` lists them."""
