"""What players send."""

from typing import Any

from django import forms

from portal.media_library.enums import Playback
from portal.media_library.models import MediaItem


class PlaybackForm(forms.Form):
    """One report; nothing is watched longer than it is long."""

    event = forms.ChoiceField(choices=Playback)
    seconds = forms.IntegerField(min_value=0, required=False)

    def __init__(self, *args: Any, item: MediaItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item = item

    def clean(self) -> None:
        longest = (self.item.duration_seconds or 0) + 1
        if (self.cleaned_data.get("seconds") or 0) > longest:
            raise forms.ValidationError("More seconds than the item has.")
        if (self.cleaned_data.get("event") == Playback.DOWNLOADED) == self.item.is_playable:
            raise forms.ValidationError("Videos and audio are played, everything else is downloaded.")
