"""Other servers, each doing the least that a broadcast needs, measured by the same generator in the same run as ours."""
