"""What an operator deploys and runs the portal with: gunicorn, nginx, systemd, releases, backup and restore."""
