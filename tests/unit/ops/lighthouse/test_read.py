import pytest

from ops.lighthouse import Scored, read


def test_what_cost_a_score_is_named_and_what_does_not_apply_or_weighs_nothing_is_not() -> None:
    audits = {"color-contrast": 0.0, "document-title": 1.0, "video-caption": None, "long-tasks": 0.5}
    parts = [{"id": name, "weight": int(name != "long-tasks")} for name in audits]
    report = {
        "categories": {"accessibility": {"score": 0.934, "auditRefs": parts}},
        "audits": {name: {"score": score} for name, score in audits.items()},
    }
    assert read(report) == Scored({"accessibility": 93}, ["accessibility color-contrast"])


def test_a_page_that_could_not_be_judged_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="refused to connect"):
        read({"runtimeError": {"message": "The page refused to connect."}})
