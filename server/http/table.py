"""Every HTTP route of the installation, in one tuple. May be imported by server."""

from server.http import me_routes, officer_routes, session_routes
from server.http.routes import RouteRow

ROUTES: tuple[RouteRow, ...] = (*session_routes.ROUTES, *officer_routes.ROUTES, *me_routes.ROUTES)
