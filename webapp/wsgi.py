"""The site for a server that is not `kb serve`: gunicorn, and other WSGI servers.

    FACTCITE_PROXIES=1 FACTCITE_PUBLIC_BASE=https://facts.example/ gunicorn 'webapp.wsgi:make()'

Such a server is configured by its environment: `FACTCITE_HOME` for the base, by default the
one that comes with the program, and every setting of the site as `FACTCITE_<NAME>`.
"""

from __future__ import annotations

import os

from flask import Flask

from webapp import create_app
from webapp.server.process import give_back_memory
from webapp.settings import ENVIRONMENT, read_environment


def make() -> Flask:
    """The site that the environment describes.

    Raises:
        KbError: no base there, or a setting that does not exist.
    """
    give_back_memory()
    return create_app(os.environ.get(f"{ENVIRONMENT}HOME") or None, **read_environment(os.environ))
