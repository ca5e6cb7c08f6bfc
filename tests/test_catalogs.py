"""The catalogs of all six languages are complete, and nothing in them is broken or left over."""

from tests.catalogs import extracted, faults


def test_there_are_texts_to_translate() -> None:
    assert len(list(extracted())) > 50


def test_no_catalog_has_a_fault() -> None:
    assert list(faults()) == []
