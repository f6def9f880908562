"""A small CloudFront: keeps each configuration as sent, checks what it refers to, refuses what AWS refuses.

Pure standard library, no import of moto. One module a resource; ``api`` routes, ``wsgi`` speaks WSGI.
"""
