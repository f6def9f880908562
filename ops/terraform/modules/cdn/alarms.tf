locals {
  bytes_per_gb = 1000000000
  alarms = {
    "5xx" = {
      metric     = "5xxErrorRate"
      statistic  = "Average"
      comparison = "GreaterThanThreshold"
      period     = 300
      threshold  = var.alarm_thresholds.error_rate_5xx_percent
    }
    "4xx" = {
      metric     = "4xxErrorRate"
      statistic  = "Average"
      comparison = "GreaterThanThreshold"
      period     = 300
      threshold  = var.alarm_thresholds.error_rate_4xx_percent
    }
    "cache-hit" = {
      metric     = "CacheHitRate"
      statistic  = "Average"
      comparison = "LessThanThreshold"
      period     = 300
      threshold  = var.alarm_thresholds.cache_hit_rate_percent
    }
    "origin-latency" = {
      metric     = "OriginLatency"
      statistic  = "p90"
      comparison = "GreaterThanThreshold"
      period     = 300
      threshold  = var.alarm_thresholds.origin_latency_ms
    }
    "egress" = {
      metric     = "BytesDownloaded"
      statistic  = "Sum"
      comparison = "GreaterThanThreshold"
      period     = 3600
      threshold  = var.alarm_thresholds.egress_gb_per_hour * local.bytes_per_gb
    }
  }
}

# CacheHitRate and OriginLatency exist only with the additional metrics switched on.
resource "aws_cloudfront_monitoring_subscription" "media" {
  distribution_id = aws_cloudfront_distribution.media.id

  monitoring_subscription {
    realtime_metrics_subscription_config {
      realtime_metrics_subscription_status = "Enabled"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms
  provider = aws.us_east_1

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.metric} of ${var.name}; what to do: docs/operations/cdn-deployment.md, Escalation"
  namespace           = "AWS/CloudFront"
  metric_name         = each.value.metric
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = each.value.period
  evaluation_periods  = each.value.period == 300 ? 3 : 1
  datapoints_to_alarm = each.value.period == 300 ? 2 : 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns

  dimensions = {
    DistributionId = aws_cloudfront_distribution.media.id
    Region         = "Global"
  }
}
