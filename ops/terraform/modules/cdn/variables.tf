variable "name" {
  description = "Prefix of every name in the module, for example portal-staging-media."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{2,40}$", var.name))
    error_message = "name must be 3 to 41 lower-case letters, digits or hyphens, and begin with a letter or digit."
  }
}

variable "media_bucket" {
  description = "The private S3 bucket that holds media/public/ and media/signed/. The module writes its bucket policy."
  type = object({
    id                          = string
    arn                         = string
    bucket_regional_domain_name = string
  })

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:s3:::[a-z0-9.-]{3,63}$", var.media_bucket.arn))
    error_message = "media_bucket.arn must be the ARN of an S3 bucket, for example arn:aws:s3:::portal-media."
  }

  validation {
    condition     = can(regex("\\.s3\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?$", var.media_bucket.bucket_regional_domain_name))
    error_message = "media_bucket.bucket_regional_domain_name must be the regional name, for example portal-media.s3.eu-west-1.amazonaws.com."
  }
}

variable "log_bucket" {
  description = "The private S3 bucket that access logs are delivered to. The module writes its bucket policy."
  type = object({
    id  = string
    arn = string
  })

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:s3:::[a-z0-9.-]{3,63}$", var.log_bucket.arn))
    error_message = "log_bucket.arn must be the ARN of an S3 bucket, for example arn:aws:s3:::portal-cdn-logs."
  }
}

variable "log_prefix" {
  description = "Folder of the log bucket that access logs go to."
  type        = string
  default     = "cdn"

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9/-]*[a-z0-9]$", var.log_prefix))
    error_message = "log_prefix must be lower-case letters, digits, hyphens and slashes, without a slash at either end."
  }
}

variable "aliases" {
  description = "Host names the distribution answers to; the certificate must cover them."
  type        = set(string)

  validation {
    condition = length(var.aliases) > 0 && alltrue([
      for alias in var.aliases : can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", alias))
    ])
    error_message = "aliases must hold at least one host name, each such as media.example.org."
  }
}

variable "acm_certificate_arn" {
  description = "Issued ACM certificate for the aliases; CloudFront takes it only from us-east-1."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:acm:us-east-1:[0-9]{12}:certificate/[A-Za-z0-9-]+$", var.acm_certificate_arn))
    error_message = "acm_certificate_arn must be the ARN of an ACM certificate in us-east-1, the only region CloudFront reads certificates from."
  }
}

variable "price_class" {
  description = "Which edge locations serve: PriceClass_100 (Europe, North America, Israel), PriceClass_200 or PriceClass_All."
  type        = string
  default     = "PriceClass_100"

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "price_class must be PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "allowed_origins" {
  description = "Origins of the pages that embed media: they get CORS headers, for captions and scripts."
  type        = list(string)

  validation {
    condition = length(var.allowed_origins) > 0 && alltrue([
      for origin in var.allowed_origins : can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", origin))
    ])
    error_message = "allowed_origins must hold at least one https origin without a path, for example https://portal.example.org."
  }
}

variable "signing_public_keys" {
  description = "PEM public keys (RSA 2048) whose signatures open /media/signed/, by a name that is never used again. To rotate: add the new key, switch the portal to it, remove the old one."
  type        = map(string)

  validation {
    condition     = length(var.signing_public_keys) >= 1 && length(var.signing_public_keys) <= 5
    error_message = "signing_public_keys must hold between one and five keys: a CloudFront key group takes no more."
  }

  validation {
    condition     = alltrue([for name, _ in var.signing_public_keys : can(regex("^[a-z0-9-]{1,40}$", name))])
    error_message = "Each name in signing_public_keys must be 1 to 40 lower-case letters, digits or hyphens, for example 2026-11."
  }

  validation {
    condition = alltrue([
      for _, pem in var.signing_public_keys :
      can(regex("^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n?$", pem))
    ])
    error_message = "Each of signing_public_keys must be a PEM public key (BEGIN PUBLIC KEY), never a private one."
  }
}

variable "static_origin_domain" {
  description = "Host name of the portal, if the CDN is to serve its content-hashed /static/ files too; null leaves them to the portal."
  type        = string
  default     = null

  validation {
    condition     = var.static_origin_domain == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.static_origin_domain))
    error_message = "static_origin_domain must be a host name such as portal.example.org, without https:// or a path, or null."
  }
}

variable "origin_shield_region" {
  description = "Region of the extra cache layer in front of the media bucket, best the bucket's own; null leaves it out."
  type        = string
  default     = null

  validation {
    condition     = var.origin_shield_region == null || can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.origin_shield_region))
    error_message = "origin_shield_region must be an AWS region such as eu-west-1, or null."
  }
}

variable "waf_rate_limit" {
  description = "Requests one address may make in five minutes before the WAF blocks it."
  type        = number
  default     = 2000

  validation {
    condition     = var.waf_rate_limit >= 100 && var.waf_rate_limit <= 2000000 && floor(var.waf_rate_limit) == var.waf_rate_limit
    error_message = "waf_rate_limit must be a whole number of requests between 100 and 2000000 in five minutes."
  }
}

variable "waf_log_days" {
  description = "Days that records of blocked requests are kept."
  type        = number
  default     = 90

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400], var.waf_log_days)
    error_message = "waf_log_days must be a period CloudWatch knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365 or 400."
  }
}

variable "alarm_topic_arns" {
  description = "SNS topics that alarms notify, in us-east-1, where CloudFront's metrics live."
  type        = list(string)

  validation {
    condition = length(var.alarm_topic_arns) > 0 && alltrue([
      for arn in var.alarm_topic_arns : can(regex("^arn:aws[a-z-]*:sns:us-east-1:[0-9]{12}:[A-Za-z0-9_-]+$", arn))
    ])
    error_message = "alarm_topic_arns must hold at least one ARN of an SNS topic in us-east-1; an alarm nobody hears is none."
  }
}

variable "alarm_thresholds" {
  description = "When to raise an alarm: error rates above (percent), cache hit rate below (percent), p90 origin latency above (ms), egress above (GB an hour)."
  type = object({
    error_rate_5xx_percent = optional(number, 1)
    error_rate_4xx_percent = optional(number, 10)
    cache_hit_rate_percent = optional(number, 80)
    origin_latency_ms      = optional(number, 1000)
    egress_gb_per_hour     = optional(number, 50)
  })
  default = {}

  validation {
    condition = alltrue([
      for percent in [
        var.alarm_thresholds.error_rate_5xx_percent,
        var.alarm_thresholds.error_rate_4xx_percent,
        var.alarm_thresholds.cache_hit_rate_percent,
      ] : percent > 0 && percent < 100
    ])
    error_message = "Each percentage in alarm_thresholds must lie between 0 and 100, both excluded: at the ends an alarm could never ring or never stop."
  }

  validation {
    condition     = var.alarm_thresholds.origin_latency_ms >= 1 && var.alarm_thresholds.origin_latency_ms <= 30000
    error_message = "alarm_thresholds.origin_latency_ms must lie between 1 and 30000 ms: after 30 s CloudFront gives up on the origin."
  }

  validation {
    condition     = var.alarm_thresholds.egress_gb_per_hour > 0 && var.alarm_thresholds.egress_gb_per_hour <= 10000
    error_message = "alarm_thresholds.egress_gb_per_hour must be more than 0 and at most 10000 GB."
  }
}
