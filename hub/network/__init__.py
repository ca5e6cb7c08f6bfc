"""Meeting them: connections, messages, networks (phase II)."""
