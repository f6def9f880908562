"""nginx as a local CDN: what CloudFront does for the portal's media, on one machine.

Public media and static files are cached; media under ``/media/signed/`` open only with a CloudFront
signature, checked by a verifier that nginx asks through ``auth_request``.
"""
