"""Taking all of a hub away in one file, and bringing it back, into a database of either kind."""
