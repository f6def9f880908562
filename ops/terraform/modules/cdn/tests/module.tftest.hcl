# The module against mocked providers: what it builds by default, and what each input changes.
mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_resource "aws_cloudfront_distribution" {
    defaults = { arn = "arn:aws:cloudfront::123456789012:distribution/EMOCK" }
  }
  mock_resource "aws_cloudfront_function" {
    defaults = { arn = "arn:aws:cloudfront::123456789012:function/mock" }
  }
}

mock_provider "aws" {
  alias = "us_east_1"

  mock_resource "aws_wafv2_web_acl" {
    defaults = { arn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/mock/1" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-mock" }
  }
  mock_resource "aws_cloudwatch_log_delivery_source" {
    defaults = { arn = "arn:aws:logs:us-east-1:123456789012:delivery-source:mock" }
  }
  mock_resource "aws_cloudwatch_log_delivery_destination" {
    defaults = { arn = "arn:aws:logs:us-east-1:123456789012:delivery-destination:mock" }
  }
}

variables {
  name = "portal-test-media"
  media_bucket = {
    id                          = "portal-media"
    arn                         = "arn:aws:s3:::portal-media"
    bucket_regional_domain_name = "portal-media.s3.eu-west-1.amazonaws.com"
  }
  log_bucket          = { id = "portal-logs", arn = "arn:aws:s3:::portal-logs" }
  aliases             = ["media.example.org"]
  acm_certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d"
  allowed_origins     = ["https://portal.example.org"]
  alarm_topic_arns    = ["arn:aws:sns:us-east-1:123456789012:alerts"]
  signing_public_keys = {
    "2026-11" = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----\n"
  }
}

run "serves_only_what_it_names" {
  command = apply

  assert {
    condition = aws_cloudfront_distribution.media.ordered_cache_behavior[*].path_pattern == tolist(concat(
      ["/media/signed/*"],
      ["/media/public/original_images/*", "/media/public/documents/*", "/media/public/wagtail_uploads/*"],
      [for extension in local.range_extensions : "/media/public/*.${extension}"],
      ["/media/public/*"],
    ))
    error_message = "Signed paths come first, originals are closed before the public paths open, videos come before images."
  }
  assert {
    condition     = one(aws_cloudfront_distribution.media.default_cache_behavior[0].function_association).function_arn == aws_cloudfront_function.closed.arn
    error_message = "A path without a behaviour of its own must be answered by the closed function."
  }
}

run "signed_media_need_a_signature" {
  command = apply

  assert {
    condition     = aws_cloudfront_distribution.media.ordered_cache_behavior[0].trusted_key_groups == tolist([aws_cloudfront_key_group.signers.id])
    error_message = "/media/signed/* must trust the key group."
  }
  assert {
    condition = alltrue([
      for behavior in slice(aws_cloudfront_distribution.media.ordered_cache_behavior, 1, length(aws_cloudfront_distribution.media.ordered_cache_behavior)) :
      length(coalesce(behavior.trusted_key_groups, [])) == 0
    ])
    error_message = "Public media must open without a signature."
  }
  assert {
    condition     = output.public_key_ids["2026-11"] == aws_cloudfront_public_key.signing["2026-11"].id
    error_message = "The Key-Pair-Id must be given by the key's name."
  }
  assert {
    condition     = one([for item in aws_cloudfront_response_headers_policy.this["signed"].custom_headers_config[0].items : item.value if item.header == "Cache-Control"]) == "private, max-age=3600"
    error_message = "No cache between the edge and the viewer may keep signed media."
  }
}

run "caches_as_the_portal_says" {
  command = apply

  assert {
    condition     = alltrue([for policy in aws_cloudfront_cache_policy.this : policy.min_ttl == 0])
    error_message = "A minimum above zero would cache what the portal forbids to cache."
  }
  assert {
    condition     = !aws_cloudfront_cache_policy.this["ranges"].parameters_in_cache_key_and_forwarded_to_origin[0].enable_accept_encoding_gzip
    error_message = "Media read in byte ranges must not be compressed."
  }
  assert {
    condition     = aws_cloudfront_cache_policy.this["objects"].parameters_in_cache_key_and_forwarded_to_origin[0].enable_accept_encoding_brotli
    error_message = "Text must be compressed."
  }
}

run "closed_to_the_world" {
  command = apply

  assert {
    condition     = aws_cloudfront_distribution.media.viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021"
    error_message = "Nothing older than TLS 1.2."
  }
  assert {
    condition     = aws_cloudfront_distribution.media.web_acl_id == aws_wafv2_web_acl.this.arn
    error_message = "The WAF must stand in front."
  }
  assert {
    condition     = one(data.aws_iam_policy_document.media_bucket.statement[0].condition).values == tolist([aws_cloudfront_distribution.media.arn])
    error_message = "Only this distribution may read the bucket."
  }
  assert {
    condition     = length(setintersection(["c-ip", "x-forwarded-for", "cs(Cookie)", "cs-uri-query"], aws_cloudwatch_log_delivery.access.record_fields)) == 0
    error_message = "Access logs must hold neither viewers' addresses nor signatures."
  }
}

run "alarms_have_thresholds_and_listeners" {
  command = apply

  variables {
    alarm_thresholds = { error_rate_5xx_percent = 2, egress_gb_per_hour = 3 }
  }

  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.threshold } == {
      "5xx" = 2, "4xx" = 10, "cache-hit" = 80, "origin-latency" = 1000, "egress" = 3000000000
    }
    error_message = "Given thresholds must be used, the others keep their defaults."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["origin-latency"].extended_statistic == "p90"
    error_message = "Latency is a percentile, not an average."
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset(var.alarm_topic_arns)])
    error_message = "Every alarm must tell somebody."
  }
}

run "static_files_come_from_the_portal_when_asked" {
  command = apply

  variables {
    static_origin_domain = "portal.example.org"
    origin_shield_region = "eu-west-1"
  }

  assert {
    condition     = reverse(aws_cloudfront_distribution.media.ordered_cache_behavior)[0].path_pattern == "/static/*"
    error_message = "/static/* needs a behaviour."
  }
  assert {
    condition     = one([for origin in aws_cloudfront_distribution.media.origin : origin.domain_name if origin.origin_id == "static"]) == "portal.example.org"
    error_message = "Static files come from the portal."
  }
  assert {
    condition     = one(one([for origin in aws_cloudfront_distribution.media.origin : origin if origin.origin_id == "media"]).origin_shield).origin_shield_region == "eu-west-1"
    error_message = "The shield stands in front of the bucket."
  }
}
