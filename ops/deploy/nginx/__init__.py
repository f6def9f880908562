"""nginx in front of the portal: one template, for production and for the local stack."""

from ops.deploy.nginx.site import Site, rendered

__all__ = ["Site", "rendered"]
