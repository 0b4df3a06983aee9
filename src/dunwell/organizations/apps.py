from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OrganizationsConfig(AppConfig):
    name = "dunwell.organizations"
    label = "organizations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dunwell.organizations.history import protect_history

        post_migrate.connect(protect_history, sender=self, dispatch_uid="dunwell.history")
