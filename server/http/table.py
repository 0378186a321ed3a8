"""Every HTTP route of the installation, in one tuple. May be imported by server."""

from server.http.routes import RouteRow

ROUTES: tuple[RouteRow, ...] = ()
