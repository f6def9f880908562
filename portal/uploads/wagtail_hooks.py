from wagtail.admin.views.account import AvatarSettingsPanel

from portal.uploads.forms import AvatarForm

AvatarSettingsPanel.form_class = AvatarForm  # Wagtail has settings for its other two forms, none for this one
