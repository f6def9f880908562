variable "name" {
  description = "Bucket name, unique in all of S3."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "The bucket name must be 3 to 63 lower-case letters, digits or hyphens, and begin and end with a letter or digit."
  }
}

variable "force_destroy" {
  description = "Delete the objects too when the bucket is destroyed. Only where the content can be made again."
  type        = bool
  default     = false
}

variable "keep_old_versions_days" {
  description = "Days an overwritten or deleted object can still be brought back."
  type        = number
  default     = 30

  validation {
    condition     = var.keep_old_versions_days >= 1 && var.keep_old_versions_days <= 3650
    error_message = "keep_old_versions_days must be between 1 and 3650 days."
  }
}

variable "expire_after_days" {
  description = "Days after which objects are deleted; null keeps them."
  type        = number
  default     = null

  validation {
    condition     = var.expire_after_days == null || try(var.expire_after_days >= 1 && var.expire_after_days <= 3650, false)
    error_message = "expire_after_days must be between 1 and 3650 days, or null to keep objects."
  }
}

variable "cors_origins" {
  description = "Origins whose pages may read objects with scripts, captions and fonts; none by default."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", origin))])
    error_message = "Each of cors_origins must be an https origin without a path, for example https://portal.example.org."
  }
}
