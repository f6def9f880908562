"""5pm and 5:30pm, as on our own pages; "am" and "pm" are in portal/common/locale. The rest is Django's."""

TIME_FORMAT = "fa"
DATETIME_FORMAT = "j M Y, fa"
SHORT_DATETIME_FORMAT = "d/m/Y fa"
