"""Every HTTP route of the installation, in one tuple. May be imported by server."""

from server.http import (
    audit,
    files,
    health,
    me_routes,
    meetings,
    officer_routes,
    organisation,
    roll,
    roll_files,
    session_routes,
    template,
)
from server.http.routes import RouteRow

ROUTES: tuple[RouteRow, ...] = (
    *session_routes.ROUTES,
    *officer_routes.ROUTES,
    *me_routes.ROUTES,
    *meetings.MEETING_ROUTES,
    *organisation.ORGANISATION_ROUTES,
    *audit.AUDIT_ROUTES,
    *roll.ROLL_ROUTES,
    *roll_files.ROLL_FILE_ROUTES,
    *files.FILE_ROUTES,
    *template.TEMPLATE_ROUTES,
    *health.HEALTH_ROUTES,
)
