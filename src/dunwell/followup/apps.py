from django.apps import AppConfig


class FollowupConfig(AppConfig):
    name = "dunwell.followup"
    label = "followup"
    default_auto_field = "django.db.models.BigAutoField"
