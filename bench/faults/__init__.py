"""Scripts that break a running hub on purpose and look whether it comes back whole."""
