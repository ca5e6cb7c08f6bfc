"""Names of hosts: which of them can stand for a site on the public web."""

from __future__ import annotations

import ipaddress
import re

HOST_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
NOT_PUBLIC = ("localhost", "local", "internal", "invalid", "test", "example", "onion", "arpa")


def is_public_host(host: str) -> bool:
    """Tell whether a host's name can stand for a site on the public web (its existence is not looked up)."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return False
    try:
        labels = host.rstrip(".").encode("idna").decode("ascii").lower().split(".")
    except UnicodeError:
        return False
    is_formed = len(labels) > 1 and all(HOST_LABEL.fullmatch(label) for label in labels)
    return is_formed and not labels[-1].isdigit() and len(labels[-1]) > 1 and labels[-1] not in NOT_PUBLIC
