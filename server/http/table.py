"""Every HTTP route of the installation, in one tuple. May be imported by server."""

from server.http import (
    files,
    health,
    me_routes,
    officer_routes,
    organisation,
    roll,
    roll_files,
    session_routes,
)
from server.http.routes import RouteRow

ROUTES: tuple[RouteRow, ...] = (
    *session_routes.ROUTES,
    *officer_routes.ROUTES,
    *me_routes.ROUTES,
    *organisation.ORGANISATION_ROUTES,
    *roll.ROLL_ROUTES,
    *roll_files.ROLL_FILE_ROUTES,
    *files.FILE_ROUTES,
    *health.HEALTH_ROUTES,
)
