"""Captions that a player would not show are refused with the line."""

import pytest
from django.core.exceptions import ValidationError

from portal.media_library.captions import validate_captions

GOOD = "WEBVTT - Chair\n\nNOTE made by hand\n\n1\n00:00.000 --> 00:04.500 align:start\nSit beside them.\n\n"


@pytest.mark.parametrize("text", [GOOD, "\ufeff" + GOOD, GOOD + "01:00:00.000 --> 01:00:01.000\nEnd.\n"])
def test_good_captions_pass(text: str) -> None:
    validate_captions(text)


NO_HEAD = "Captions must start with the line WEBVTT. Paste the whole .vtt file."
NOTHING = "There are no captions here. Each needs a line such as 00:01.000 --> 00:04.000."
NO_TIME = "Line 3 isn’t a time such as 00:01.000 --> 00:04.000: 00:00,000 --> 00:04,000"
LATE = GOOD.replace("00:00.000", "00:02.000")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1\n00:00:00,000 --> 00:00:04,000\nSit", NO_HEAD),
        ("WEBVTTX\n", NO_HEAD),
        ("WEBVTT\n\nHello", NOTHING),
        ("WEBVTT\n\n00:00,000 --> 00:04,000\nSit", NO_TIME),
        ("WEBVTT\n\n00:04.000 --> 00:01.000\nSit", "Line 3: the caption ends before it starts."),
        (LATE + "00:01.000 --> 00:05.000\nStand", "Line 9: the caption starts before the one above it."),
    ],
)
def test_what_is_wrong_is_said(text: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        validate_captions(text)
    assert caught.value.messages == [sentence]
