locals {
  media_origin  = "media"
  static_origin = "static"
  # Uploads as they came: pages use renditions, documents go out through the portal's /documents/ alone.
  closed_paths     = [for folder in ["original_images", "documents", "wagtail_uploads"] : "/media/public/${folder}/*"]
  range_extensions = ["m4a", "m4v", "mp3", "mp4", "oga", "ogg", "ogv", "wav", "webm"]
}

resource "aws_cloudfront_origin_access_control" "media" {
  name                              = "${var.name}-media"
  description                       = "Lets ${var.name} read its bucket"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_function" "closed" {
  name    = "${var.name}-closed"
  comment = "404 where nothing is served"
  runtime = "cloudfront-js-2.0"
  publish = true
  code    = file("${path.module}/functions/closed.js")
}

resource "aws_cloudfront_distribution" "media" {
  comment         = var.name
  enabled         = true
  is_ipv6_enabled = true
  http_version    = "http2and3"
  price_class     = var.price_class
  aliases         = var.aliases
  web_acl_id      = aws_wafv2_web_acl.this.arn

  origin {
    origin_id                = local.media_origin
    domain_name              = var.media_bucket.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.media.id

    dynamic "origin_shield" {
      for_each = var.origin_shield_region == null ? [] : [var.origin_shield_region]

      content {
        enabled              = true
        origin_shield_region = origin_shield.value
      }
    }
  }

  dynamic "origin" {
    for_each = var.static_origin_domain == null ? [] : [var.static_origin_domain]

    content {
      origin_id   = local.static_origin
      domain_name = origin.value

      custom_origin_config {
        http_port              = 80
        https_port             = 443
        origin_protocol_policy = "https-only"
        origin_ssl_protocols   = ["TLSv1.2"]
      }
    }
  }

  # Only the paths below are served; the default answers 404 without asking the bucket.
  default_cache_behavior {
    target_origin_id           = local.media_origin
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    cache_policy_id            = aws_cloudfront_cache_policy.this["objects"].id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this["public"].id

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.closed.arn
    }
  }

  ordered_cache_behavior {
    path_pattern               = "/media/signed/*"
    target_origin_id           = local.media_origin
    viewer_protocol_policy     = "https-only"
    allowed_methods            = ["GET", "HEAD", "OPTIONS"]
    cached_methods             = ["GET", "HEAD"]
    cache_policy_id            = aws_cloudfront_cache_policy.this["ranges"].id
    origin_request_policy_id   = aws_cloudfront_origin_request_policy.cors.id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this["signed"].id
    trusted_key_groups         = [aws_cloudfront_key_group.signers.id]
  }

  dynamic "ordered_cache_behavior" {
    for_each = local.closed_paths

    content {
      path_pattern               = ordered_cache_behavior.value
      target_origin_id           = local.media_origin
      viewer_protocol_policy     = "redirect-to-https"
      allowed_methods            = ["GET", "HEAD"]
      cached_methods             = ["GET", "HEAD"]
      cache_policy_id            = aws_cloudfront_cache_policy.this["objects"].id
      response_headers_policy_id = aws_cloudfront_response_headers_policy.this["public"].id

      function_association {
        event_type   = "viewer-request"
        function_arn = aws_cloudfront_function.closed.arn
      }
    }
  }

  dynamic "ordered_cache_behavior" {
    for_each = local.range_extensions

    content {
      path_pattern               = "/media/public/*.${ordered_cache_behavior.value}"
      target_origin_id           = local.media_origin
      viewer_protocol_policy     = "redirect-to-https"
      allowed_methods            = ["GET", "HEAD", "OPTIONS"]
      cached_methods             = ["GET", "HEAD"]
      cache_policy_id            = aws_cloudfront_cache_policy.this["ranges"].id
      origin_request_policy_id   = aws_cloudfront_origin_request_policy.cors.id
      response_headers_policy_id = aws_cloudfront_response_headers_policy.this["public"].id
    }
  }

  ordered_cache_behavior {
    path_pattern               = "/media/public/*"
    target_origin_id           = local.media_origin
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD", "OPTIONS"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = aws_cloudfront_cache_policy.this["objects"].id
    origin_request_policy_id   = aws_cloudfront_origin_request_policy.cors.id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this["public"].id
  }

  dynamic "ordered_cache_behavior" {
    for_each = var.static_origin_domain == null ? [] : ["/static/*"]

    content {
      path_pattern               = ordered_cache_behavior.value
      target_origin_id           = local.static_origin
      viewer_protocol_policy     = "redirect-to-https"
      allowed_methods            = ["GET", "HEAD"]
      cached_methods             = ["GET", "HEAD"]
      compress                   = true
      cache_policy_id            = aws_cloudfront_cache_policy.this["objects"].id
      response_headers_policy_id = aws_cloudfront_response_headers_policy.this["public"].id
    }
  }

  # S3 answers 403 for an object that is not there, since the CDN may not list the bucket. Both are kept
  # for seconds only, so that an upload is seen at once.
  dynamic "custom_error_response" {
    for_each = [403, 404]

    content {
      error_code            = custom_error_response.value
      error_caching_min_ttl = 10
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    acm_certificate_arn      = var.acm_certificate_arn
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }
}
