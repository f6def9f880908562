# Every input that can be wrong is refused, before anything is asked of AWS. Each of expect_failures must fail.
mock_provider "aws" {}

mock_provider "aws" {
  alias = "us_east_1"
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

run "refuses_names_and_arns_of_another_form" {
  command = plan

  variables {
    name                 = "Portal"
    media_bucket         = { id = "b", arn = "portal-media", bucket_regional_domain_name = "b.s3.eu-west-1.amazonaws.com" }
    log_bucket           = { id = "b", arn = "arn:aws:sqs:::portal-logs" }
    log_prefix           = "/cdn/"
    aliases              = ["https://media.example.org"]
    acm_certificate_arn  = "media.example.org"
    price_class          = "PriceClass_Cheap"
    allowed_origins      = ["http://portal.example.org"]
    signing_public_keys  = { "2026-11" = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n" }
    static_origin_domain = "portal.example.org/static"
    origin_shield_region = "Ireland"
    waf_rate_limit       = 10
    waf_log_days         = 31
    alarm_topic_arns     = ["alerts@example.org"]
    alarm_thresholds     = { error_rate_5xx_percent = 101 }
  }

  expect_failures = [
    var.name,
    var.media_bucket,
    var.log_bucket,
    var.log_prefix,
    var.aliases,
    var.acm_certificate_arn,
    var.price_class,
    var.allowed_origins,
    var.signing_public_keys,
    var.static_origin_domain,
    var.origin_shield_region,
    var.waf_rate_limit,
    var.waf_log_days,
    var.alarm_topic_arns,
    var.alarm_thresholds,
  ]
}

run "refuses_what_another_region_or_nobody_holds" {
  command = plan

  variables {
    media_bucket        = { id = "b", arn = "arn:aws:s3:::portal-media", bucket_regional_domain_name = "portal-media" }
    aliases             = []
    acm_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d"
    allowed_origins     = ["*"]
    signing_public_keys = {}
    waf_rate_limit      = 150.5
    alarm_topic_arns    = ["arn:aws:sns:eu-west-1:123456789012:alerts"]
    alarm_thresholds    = { error_rate_4xx_percent = 0 }
  }

  expect_failures = [
    var.media_bucket,
    var.aliases,
    var.acm_certificate_arn,
    var.allowed_origins,
    var.signing_public_keys,
    var.waf_rate_limit,
    var.alarm_topic_arns,
    var.alarm_thresholds,
  ]
}

run "refuses_keys_by_no_name_and_alarms_nobody_hears" {
  command = plan

  variables {
    signing_public_keys = { "2026 November" = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n" }
    alarm_topic_arns    = []
    alarm_thresholds    = { cache_hit_rate_percent = -1 }
  }

  expect_failures = [
    var.signing_public_keys,
    var.alarm_topic_arns,
    var.alarm_thresholds,
  ]
}

run "refuses_latency_beyond_the_origin_timeout" {
  command = plan

  variables {
    alarm_thresholds = { origin_latency_ms = 30001 }
  }

  expect_failures = [var.alarm_thresholds]
}

run "refuses_an_egress_alarm_that_always_rings" {
  command = plan

  variables {
    alarm_thresholds = { egress_gb_per_hour = 0 }
  }

  expect_failures = [var.alarm_thresholds]
}
