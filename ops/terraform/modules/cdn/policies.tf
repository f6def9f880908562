# No policy forces a minimum: what the portal says in Cache-Control (no-store too) is what the edge does.
locals {
  cache_policies = {
    # Images, documents, captions, static files: the edge compresses what is text.
    objects = { compressed = true, comment = "Images, documents and static files" }
    # Audio, video and signed media: a compressed body has no byte ranges.
    ranges = { compressed = false, comment = "Audio and video, read in byte ranges" }
  }
  one_year_seconds = 31536000
  response_headers = {
    public = {}
    # The edge may keep signed media, since it checks every request; nobody between it and the viewer may.
    signed = { "Cache-Control" = "private, max-age=3600" }
  }
}

resource "aws_cloudfront_cache_policy" "this" {
  for_each = local.cache_policies

  name        = "${var.name}-${each.key}"
  comment     = each.value.comment
  min_ttl     = 0
  default_ttl = 86400
  max_ttl     = local.one_year_seconds

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = each.value.compressed
    enable_accept_encoding_gzip   = each.value.compressed

    cookies_config {
      cookie_behavior = "none"
    }
    headers_config {
      header_behavior = "none"
    }
    # Names carry a hash of the content, so a query string could only split the cache.
    query_strings_config {
      query_string_behavior = "none"
    }
  }
}

resource "aws_cloudfront_origin_request_policy" "cors" {
  name    = "${var.name}-cors"
  comment = "What S3 needs to see to answer a browser's cross-origin request"

  cookies_config {
    cookie_behavior = "none"
  }
  headers_config {
    header_behavior = "whitelist"

    headers {
      items = ["Access-Control-Request-Headers", "Access-Control-Request-Method", "Origin"]
    }
  }
  query_strings_config {
    query_string_behavior = "none"
  }
}

resource "aws_cloudfront_response_headers_policy" "this" {
  for_each = local.response_headers

  name    = "${var.name}-${each.key}"
  comment = "Security and CORS headers of ${each.key} media"

  cors_config {
    access_control_allow_credentials = false
    access_control_max_age_sec       = 600
    origin_override                  = true

    access_control_allow_headers {
      items = ["Range"]
    }
    access_control_allow_methods {
      items = ["GET", "HEAD", "OPTIONS"]
    }
    access_control_allow_origins {
      items = var.allowed_origins
    }
    access_control_expose_headers {
      items = ["Accept-Ranges", "Content-Length", "Content-Range", "ETag"]
    }
  }

  security_headers_config {
    content_security_policy {
      # An uploaded SVG opened by itself must not run script on the media host.
      content_security_policy = "default-src 'none'; img-src 'self' data:; media-src 'self'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
      override                = true
    }
    content_type_options {
      override = true
    }
    frame_options {
      frame_option = "DENY"
      override     = true
    }
    referrer_policy {
      referrer_policy = "strict-origin-when-cross-origin"
      override        = true
    }
    strict_transport_security {
      access_control_max_age_sec = local.one_year_seconds
      include_subdomains         = true
      override                   = true
    }
  }

  dynamic "custom_headers_config" {
    for_each = length(each.value) > 0 ? [each.value] : []

    content {
      dynamic "items" {
        for_each = custom_headers_config.value

        content {
          header   = items.key
          value    = items.value
          override = true
        }
      }
    }
  }
}
