"""The Studio's files form no circle: none imports itself through others, not even for types alone."""

from __future__ import annotations

from graphlib import TopologicalSorter

import grimp


def test_no_file_imports_itself_through_others() -> None:
    graph = grimp.build_graph("studio", cache_dir=None)
    assert len(graph.modules) > 80
    TopologicalSorter({file: graph.find_modules_directly_imported_by(file) for file in graph.modules}).prepare()
