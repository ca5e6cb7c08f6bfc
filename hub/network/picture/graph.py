"""Figures of a graph of organizations: density, parts, and whose removal would split a part of it in two.

Everything here is linear in the number of organizations and connections, but for ``splitting_groups``, which goes through
the graph once for each group.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

Pair = tuple[str, str]
Graph = Mapping[str, set[str]]


def graph_of(nodes: Iterable[str], pairs: Iterable[Pair]) -> dict[str, set[str]]:
    """The neighbours of each node."""
    found: dict[str, set[str]] = {node: set() for node in nodes}
    for one, other in pairs:
        found[one].add(other)
        found[other].add(one)
    return found


def density(nodes: int, pairs: int) -> float:
    """Which part of all possible pairs there is, from 0 to 1."""
    return 2 * pairs / (nodes * (nodes - 1)) if nodes > 1 else 0.0


def parts(graph: Graph, without: Iterable[str] = ()) -> list[set[str]]:
    """The parts that hang together in themselves and not with others, once some nodes are taken away."""
    seen = set(without)
    found = []
    for start in graph:
        if start in seen:
            continue
        part, waiting = {start}, [start]
        while waiting:
            fresh = graph[waiting.pop()] - seen - part
            part |= fresh
            waiting.extend(fresh)
        seen |= part
        found.append(part)
    return found


def cut_points(graph: Graph) -> list[str]:
    """The nodes whose removal would split a part, in no order (R. Tarjan 1972, without recursion)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    found: set[str] = set()
    for root in graph:
        if root not in number:
            found |= _cut_points_from(graph, root, number, low)
    return list(found)


def _cut_points_from(graph: Graph, root: str, number: dict[str, int], low: dict[str, int]) -> set[str]:
    found: set[str] = set()
    branches = 0
    number[root] = low[root] = len(number)
    path = [(root, "", iter(graph[root]))]
    while path:
        node, parent, others = path[-1]
        for other in others:
            if other not in number:
                number[other] = low[other] = len(number)
                path.append((other, node, iter(graph[other])))
                break
            if other != parent:
                low[node] = min(low[node], number[other])
        else:
            path.pop()
            if parent:
                low[parent] = min(low[parent], low[node])
                if parent == root:
                    branches += 1
                elif low[node] >= number[parent]:
                    found.add(parent)
    return found | ({root} if branches > 1 else set())


def splitting_groups(graph: Graph, groups: Mapping[str, set[str]]) -> list[str]:
    """The groups without which what is left would be in more parts than now."""
    now = parts(graph)
    return [
        group
        for group, nodes in groups.items()
        if len(parts(graph, nodes)) > sum(not part <= nodes for part in now)
    ]


def between(pairs: Iterable[Pair], groups_of: Mapping[str, frozenset[str]]) -> dict[Pair, int]:
    """How many pairs reach from one group to another, by the two in order; within one it stands twice in the key."""
    counts: dict[Pair, int] = defaultdict(int)
    for one, other in pairs:
        reached = {(min(a, b), max(a, b)) for a in groups_of.get(one, ()) for b in groups_of.get(other, ())}
        for key in reached:
            counts[key] += 1
    return dict(counts)
