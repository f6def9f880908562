variable "region" {
  description = "AWS region of the buckets."
  type        = string
  default     = "eu-west-1"
}

variable "zone_name" {
  description = "Route 53 hosted zone, already there and delegated; the CDN answers at media.<zone_name>."
  type        = string
}

variable "bucket_prefix" {
  description = "Prefix of the bucket names, which are unique in all of S3."
  type        = string
  default     = "caregiver-portal"
}

variable "portal_host" {
  description = "Host name of the portal, whose pages embed the media."
  type        = string
}

variable "signing_public_keys" {
  description = "PEM public keys that open signed media, by name (see modules/cdn)."
  type        = map(string)
}

variable "alert_emails" {
  description = "Addresses that alarms go to."
  type        = set(string)
}

variable "alarm_topic_arns" {
  description = "More SNS topics for alarms, such as a pager's, in us-east-1."
  type        = list(string)
  default     = []
}

variable "price_class" {
  description = "CloudFront price class (see modules/cdn)."
  type        = string
  default     = "PriceClass_100"
}

variable "alarm_thresholds" {
  description = "Alarm thresholds that differ from those in cdn.tf, by name."
  type        = map(number)
  default     = {}

  # Terraform drops an unknown name without a word; an alarm would then not be what its owner believes.
  validation {
    condition     = alltrue([for name in keys(var.alarm_thresholds) : contains(keys(local.alarm_thresholds), name)])
    error_message = "alarm_thresholds knows error_rate_5xx_percent, error_rate_4xx_percent, cache_hit_rate_percent, origin_latency_ms and egress_gb_per_hour."
  }
}
