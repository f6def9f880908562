variable "domain_name" {
  description = "Host name the certificate is for."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "domain_name must be a host name such as media.example.org."
  }
}

variable "zone_id" {
  description = "Route 53 hosted zone in which the name is proved."
  type        = string

  validation {
    condition     = can(regex("^[A-Z0-9]{1,32}$", var.zone_id))
    error_message = "zone_id must be a Route 53 hosted zone id: capitals and digits, without /hostedzone/."
  }
}
