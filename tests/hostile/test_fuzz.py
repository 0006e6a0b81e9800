"""Five thousand of the frames of which `make verify` sends a million."""

from tests.hostile.fuzz import fuzz


def test_whatever_is_sent_is_read_or_refused():
    found, failures = fuzz(5000)
    assert not failures, "\n".join(failures)
    assert {
        "read",
        "message refused",
        "lengths refused",
        "outcome refused",
        "request forged",
        "request answered",
    } <= set(found)
