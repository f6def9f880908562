"""Chosen colours can be read in both themes, and the shipped palette is that of the stylesheet."""

import re
from pathlib import Path

import pytest

from portal.organisation import colours

CSS = (Path(colours.__file__).parents[1] / "common/static/portal/css/portal.css").read_text()
LIGHT_RULES, DARK_RULES = (
    CSS[CSS.index("--font-text") : CSS.index("@media (prefers-color-scheme: dark)")],
    CSS[CSS.index("@media (prefers-color-scheme: dark)") : CSS.index("/* 3 Base")],
)
CHOICES = ["#1f5fa8", "#006d5b", "#8a1c1c", "#000000", "#4b0082"]


def token(rules: str, name: str) -> str:
    found = re.search(rf"--{name}: (#[0-9a-f]+);", rules)
    assert found
    value = found[1]
    return value if len(value) == 7 else "#" + "".join(digit * 2 for digit in value[1:])


@pytest.mark.parametrize(("one", "other", "ratio"), [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48)])
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert round(colours.contrast(one, other), 2) == round(colours.contrast(other, one), 2) == ratio


@pytest.mark.parametrize(
    ("rules", "palette"), [(LIGHT_RULES, colours.SHIPPED_LIGHT), (DARK_RULES, colours.SHIPPED_DARK)]
)
def test_the_shipped_palette_is_the_stylesheets(rules: str, palette: colours.Palette) -> None:
    for name in ("brand", "brand_hover", "link", "link_hover", "heading", "logo"):
        assert getattr(palette, name) == token(rules, name.replace("_", "-"))
    assert token(LIGHT_RULES, "dusk") == colours.SHIPPED_FOOTER


@pytest.mark.parametrize(("rules", "backgrounds"), [(LIGHT_RULES, colours.LIGHT), (DARK_RULES, colours.DARK)])
def test_every_background_of_the_stylesheet_is_checked_against(rules: str, backgrounds: tuple[str, ...]) -> None:
    shown = {token(rules, name) for name in ("paper", "surface", "tint", "on-brand", "lamp-soft")}
    shown |= {token(rules, f"{name}-soft") for name in ("good", "wait", "bad", "info", "calm")}
    assert shown == set(backgrounds)


@pytest.mark.parametrize("accent", CHOICES)
def test_what_is_made_of_a_readable_accent_is_readable(accent: str) -> None:
    assert colours.least_contrast(accent, colours.LIGHT) >= 4.5
    light, dark = colours.light_palette(accent), colours.dark_palette("", accent)
    for name in ("brand", "brand_hover", "link", "link_hover", "heading"):
        assert colours.least_contrast(getattr(light, name), colours.LIGHT) >= 4.5
        assert colours.least_contrast(getattr(dark, name), colours.DARK) >= 4.5


def test_without_choices_the_palette_is_the_shipped_one() -> None:
    assert (colours.light_palette(""), colours.dark_palette("", "")) == (colours.SHIPPED_LIGHT, colours.SHIPPED_DARK)


WAGTAILS_LIGHT, WAGTAILS_DARK = ("#ffffff", "#f6f6f8"), ("#262626", "#1d1d1d", "#222222", "#333333")


def wagtails(css: str, name: str) -> str:
    found = re.search(rf"--w-color-{name}:(#[0-9a-f]{{6}});", css)
    assert found
    return found[1]


@pytest.mark.parametrize("accent", ["", *CHOICES])
def test_the_admin_is_readable_in_the_organisations_colours(accent: str) -> None:
    css = colours.admin_stylesheet(colours.light_palette(accent), colours.dark_palette("", accent))
    for name in ("primary", "secondary", "secondary-400"):  # words, links and buttons
        assert colours.least_contrast(wagtails(css, name), WAGTAILS_LIGHT) >= 4.5
    for name in ("primary", "primary-200"):  # the menu, whose words are white with a fifth of it
        behind = wagtails(css, name)
        assert colours.contrast(colours.mixed("#ffffff", behind, 0.2), behind) >= 4.5
    for name in ("surface-button-default", "surface-button-hover"):
        assert colours.contrast("#ffffff", wagtails(css, name)) >= 4.5
    for name in ("text-link-default", "text-link-hover", "text-button-outline-default"):
        assert colours.least_contrast(wagtails(css, name), WAGTAILS_DARK) >= 4.5


def test_the_dark_theme_is_the_same_chosen_and_the_systems() -> None:
    css = colours.admin_stylesheet(colours.SHIPPED_LIGHT, colours.SHIPPED_DARK)
    dark, system = re.findall(r"\.w-theme-(?:dark|system)\{([^}]*)\}", css)
    assert dark == system
    assert css.startswith(":root{--w-color-primary:#411f3c;")
