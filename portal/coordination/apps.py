from django.apps import AppConfig


class CoordinationConfig(AppConfig):
    name = "portal.coordination"
    label = "coordination"
