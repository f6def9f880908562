variable "name" {
  description = "Name of the topic."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{2,60}$", var.name))
    error_message = "The topic name must be 3 to 61 lower-case letters, digits or hyphens, and begin with a letter or digit."
  }
}

variable "emails" {
  description = "Addresses that are told; each confirms its subscription once, by a link in a mail from AWS."
  type        = set(string)

  validation {
    condition     = length(var.emails) > 0 && alltrue([for email in var.emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", email))])
    error_message = "emails must hold at least one address, each of the form name@example.org."
  }
}
