"""What a web server runs: `uvicorn dunwell.config.asgi:application`."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dunwell.config.settings")

_django = get_asgi_application()  # first: what follows needs the settings

from django.conf import settings  # noqa: E402

from dunwell.web.uploads import UploadLimit  # noqa: E402

application = UploadLimit(_django, session_cookie=settings.SESSION_COOKIE_NAME)
