output "cdn_host" {
  description = "Host name that media are served from."
  value       = local.cdn_host
}

output "cdn_domain_name" {
  description = "CloudFront's own host name, for checks before the records are there."
  value       = module.cdn.domain_name
}

output "cdn_distribution_id" {
  description = "Distribution id, for purges."
  value       = module.cdn.distribution_id
}

output "cdn_key_group_id" {
  description = "Key group whose signatures open signed media."
  value       = module.cdn.key_group_id
}

output "cdn_public_key_ids" {
  description = "Key-Pair-Id of each signing key, by name."
  value       = module.cdn.public_key_ids
}

output "media_bucket" {
  description = "Bucket the portal stores media in."
  value       = module.media_bucket.id
}

output "log_bucket" {
  description = "Bucket access logs are delivered to."
  value       = module.log_bucket.id
}

output "publisher_policy_arn" {
  description = "IAM policy to attach to the portal's role."
  value       = module.cdn.publisher_policy_arn
}

output "alarm_names" {
  description = "CloudWatch alarms in us-east-1."
  value       = module.cdn.alarm_names
}
