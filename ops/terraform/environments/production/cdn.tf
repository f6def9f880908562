locals {
  name     = "portal-production-media"
  cdn_host = "media.${var.zone_name}"

  # The service levels of docs/operations/cdn-deployment.md.
  alarm_thresholds = {
    error_rate_5xx_percent = 1
    error_rate_4xx_percent = 10
    cache_hit_rate_percent = 85
    origin_latency_ms      = 1000
    egress_gb_per_hour     = 50
  }
}

# The zone is older than the CDN and outlives it: a destroy must not take the portal's other names along.
data "aws_route53_zone" "main" {
  name = var.zone_name
}

module "media_bucket" {
  source = "../../modules/private_bucket"

  name                   = "${var.bucket_prefix}-production-media"
  keep_old_versions_days = 90
  cors_origins           = ["https://${var.portal_host}"]
}

module "log_bucket" {
  source = "../../modules/private_bucket"

  name              = "${var.bucket_prefix}-production-cdn-logs"
  expire_after_days = 90
}

module "certificate" {
  source    = "../../modules/certificate"
  providers = { aws = aws.us_east_1 }

  domain_name = local.cdn_host
  zone_id     = data.aws_route53_zone.main.zone_id
}

module "alerts" {
  source    = "../../modules/alerts"
  providers = { aws = aws.us_east_1 }

  name   = "${local.name}-alerts"
  emails = var.alert_emails
}

module "cdn" {
  source    = "../../modules/cdn"
  providers = { aws = aws, aws.us_east_1 = aws.us_east_1 }

  name                 = local.name
  media_bucket         = module.media_bucket
  log_bucket           = module.log_bucket
  aliases              = [local.cdn_host]
  acm_certificate_arn  = module.certificate.certificate_arn
  price_class          = var.price_class
  allowed_origins      = ["https://${var.portal_host}"]
  static_origin_domain = var.portal_host
  signing_public_keys  = var.signing_public_keys
  origin_shield_region = var.region
  alarm_topic_arns     = concat([module.alerts.topic_arn], var.alarm_topic_arns)
  alarm_thresholds     = merge(local.alarm_thresholds, var.alarm_thresholds)
}

resource "aws_route53_record" "cdn" {
  for_each = toset(["A", "AAAA"])

  zone_id = data.aws_route53_zone.main.zone_id
  name    = local.cdn_host
  type    = each.key

  alias {
    name                   = module.cdn.domain_name
    zone_id                = module.cdn.hosted_zone_id
    evaluate_target_health = false
  }
}
